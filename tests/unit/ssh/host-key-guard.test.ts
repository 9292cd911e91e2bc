import { describe, expect, it } from 'vitest'
import { guardHostKey } from '../../../electron/ssh/host-key-guard.js'
import { rsaBits } from '../../../electron/ssh/wire.js'

const text = (value: string | Buffer) => {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
const ed25519 = (fill: number) => Buffer.concat([text('ssh-ed25519'), text(Buffer.alloc(32, fill))])
const rsa = (bits: number) => {
  const modulus = Buffer.alloc(bits / 8, 0xff)
  return Buffer.concat([text('ssh-rsa'), text(Buffer.from([1, 0, 1])), text(Buffer.concat([Buffer.from([0]), modulus]))])
}
function ask(guard: ReturnType<typeof guardHostKey>, key: Buffer): unknown[] {
  const answers: unknown[] = []
  expect(guard.hostVerifier(key, (answer) => answers.push(answer))).toBeUndefined()
  return answers
}

describe('fails closed', () => {
  it.each<[string, () => unknown]>([
    ['false', () => false],
    ['undefined', () => undefined],
    ['null', () => null],
    ['0', () => 0],
    ['1', () => 1],
    ["'true'", () => 'true'],
    ['an object', () => ({ valueOf: () => true })],
    ['a boxed true', () => Object(true)],
    ['a promise of true', () => Promise.resolve(true)],
    ['an async function', async () => true],
    [
      'an exception',
      () => {
        throw new Error('no')
      },
    ],
    [
      'a thrown true',
      () => {
        throw true
      },
    ],
  ])('for %s', (_name, verify) => {
    const guard = guardHostKey(verify as () => boolean)
    expect(ask(guard, ed25519(1))).toEqual([false])
    expect(guard.accepted()).toBeUndefined()
    expect(guard.refusal()).toEqual({ reason: 'refused', blob: ed25519(1) })
  })

  it.each([Buffer.alloc(0), Buffer.from([0, 0, 0, 9]), Buffer.from('ffffffff', 'hex')])(
    'for a blob that is none, when the verifier chokes',
    (blob) => {
      const guard = guardHostKey((key) => key.readUInt32BE(4) === 0)
      expect(ask(guard, blob)).toEqual([false])
    },
  )
})

describe('re-keys', () => {
  it('ask nobody and take the same key only', () => {
    let asked = 0
    const guard = guardHostKey(() => ++asked > 0)
    expect(ask(guard, ed25519(1))).toEqual([true])
    expect(ask(guard, ed25519(1))).toEqual([true])
    expect(ask(guard, ed25519(2))).toEqual([false])
    expect(guard.refusal()).toEqual({ reason: 'changed-again', blob: ed25519(2) })
    expect(guard.accepted()).toEqual(ed25519(1))
    expect(asked).toBe(1)
  })

  it('are not confused by a buffer that changes later, ours or the caller’s', () => {
    const key = ed25519(1)
    const guard = guardHostKey((blob) => {
      blob.fill(0)
      return true
    })
    ask(guard, key)
    key.fill(7)
    expect(guard.accepted()).toEqual(ed25519(1))
    expect(ask(guard, key)).toEqual([false])
  })
})

describe('RSA', () => {
  it.each([
    [1024, false],
    [2040, false],
    [2048, true],
    [4096, true],
  ])('%i bits: %s', (bits, permitted) => {
    expect(rsaBits(rsa(bits))).toBe(bits)
    const guard = guardHostKey(() => true)
    expect(ask(guard, rsa(bits))).toEqual([permitted])
    if (!permitted) expect(guard.refusal()).toMatchObject({ reason: 'weak', bits })
  })
  it('without a readable modulus counts as weak', () => {
    expect(
      ask(
        guardHostKey(() => true),
        text('ssh-rsa'),
      ),
    ).toEqual([false])
  })
})
