import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenFile, openFlags } from '../../../electron/file-operations.js'
import { completeTornWrite, mergeForeign, writeInPlace } from '../../../electron/known-hosts/in-place.js'
import { createFaultyFiles, type Fault } from '../../support/faulty-files.js'

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'rescueterm-place-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const bytes = fc.uint8Array({ minLength: 0, maxLength: 40 }).map((array) => Buffer.from(array))
// Lines that share much, as two versions of one file do.
const lines = fc.array(fc.constantFrom('aaa', 'aab', '#m aaa', 'b', ''), { maxLength: 8 }).map((list) => Buffer.from(list.join('\n')))

async function withFile(content: Buffer, fault: Fault, run: (file: OpenFile) => Promise<void>): Promise<Buffer> {
  const path = join(root, 'file')
  writeFileSync(path, content)
  const file = await createFaultyFiles(fault).open(path, openFlags.update)
  try {
    await run(file)
  } finally {
    await file.close().catch(() => {})
  }
  return readFileSync(path)
}

describe('writing in place', () => {
  it('ends in the new content, with short writes too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, lines), fc.oneof(bytes, lines), async (before, after) => {
        const end = await withFile(before, { at() {}, take: () => 3 }, (file) => writeInPlace(file, before, after))
        expect(end.equals(after)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('is completed from whatever a crash leaves, at every operation', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, lines), fc.oneof(bytes, lines), fc.nat(40), async (before, after, n) => {
        let operations = 0
        const crash = new Error('crash')
        const torn = await withFile(
          before,
          {
            // From the n-th operation on nothing reaches the disk any more.
            at(_n, name, done) {
              if (name !== 'open' && name !== 'close' && !done && ++operations > n) throw crash
            },
            take: () => 3,
          },
          (file) => writeInPlace(file, before, after).catch(() => {}),
        )
        if (torn.equals(before) || torn.equals(after)) return
        expect(completeTornWrite(torn, before, after)?.equals(after)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('keeps what others append to the torn file', () => {
    const before = Buffer.from('one\ntwo\nthree\n')
    const longer = Buffer.from('#m one\ntwo\nthree\nfour\n')
    const torn = Buffer.concat([longer.subarray(0, 5), before.subarray(5), longer.subarray(before.length), Buffer.from('ssh\n')])
    expect(completeTornWrite(torn, before, longer)?.toString()).toBe(`${longer}ssh\n`)
    const shorter = Buffer.from('two\nthree\n')
    const uncut = Buffer.concat([shorter, before.subarray(shorter.length), Buffer.from('ssh\n')])
    expect(completeTornWrite(uncut, before, shorter)?.toString()).toBe(`${shorter}ssh\n`)
  })

  it('leaves alone what is no torn write', () => {
    const before = Buffer.from('one\ntwo\n')
    const after = Buffer.from('#m one\ntwo\n')
    for (const text of ['one\ntwo\n', '#m one\ntwo\n', '#m one\ntwo\nssh\n', 'one\ntwo\nssh\n', 'another file\n', ''])
      expect(completeTornWrite(Buffer.from(text), before, after)).toBeUndefined()
  })

  it('moves a foreign append along when the file gets shorter', async () => {
    const before = Buffer.from('one\ntwo\nthree\n')
    const after = Buffer.from('one\n')
    let appended = false
    const end = await withFile(
      before,
      {
        at(_n, name, done) {
          if (name !== 'write' || !done || appended) return
          appended = true
          writeFileSync(join(root, 'file'), 'ssh\n', { flag: 'a' })
        },
      },
      (file) => writeInPlace(file, before, after),
    )
    expect(end.toString()).toBe('one\nssh\n')
  })

  it('puts the old content back when the disk fails in the middle', async () => {
    const before = Buffer.from('one\ntwo\nthree\n')
    for (const after of [Buffer.from('#m one\ntwo\nthree\nfour\n'), Buffer.from('two\n')]) {
      let writes = 0
      const end = await withFile(
        before,
        {
          at(_n, name, done) {
            if (name === 'fsync' && !done && writes++ === 0) throw Object.assign(new Error('io'), { code: 'EIO' })
          },
        },
        (file) => expect(writeInPlace(file, before, after)).rejects.toMatchObject({ code: 'EIO' }),
      )
      expect(completeTornWrite(end, before, after) ?? before).toBeInstanceOf(Buffer)
      expect(end.toString()).toBe(before.toString())
    }
  })
})

describe('merging what another program wrote into the old file', () => {
  const merge = (current: string | undefined, read: string, written: string) =>
    mergeForeign(current === undefined ? undefined : Buffer.from(current), Buffer.from(read), Buffer.from(written))?.toString()

  it('adds a tail, with a newline of its own', () => {
    expect(merge('#m a\n', 'a\n', 'a\nb\n')).toBe('#m a\nb\n')
    expect(merge('#m a', 'a', 'ab\n')).toBe('#m a\nb\n')
    expect(merge(undefined, 'a\n', 'a\nb\n')).toBe('b\n')
  })

  it('adds new lines of a rewrite and loses none', () => {
    expect(merge('#m a\nb\n', 'a\nb\n', 'b\nc\na\n')).toBe('#m a\nb\nc\n')
    expect(merge('#m a\n', 'a\n', 'a\n')).toBe('#m a\n')
  })
})
