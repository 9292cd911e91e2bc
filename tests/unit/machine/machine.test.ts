import { expect, it } from 'vitest'
import { type Command, createMachine, type Execute, shareReads } from '../../../electron/machine/machine.js'
import { createFakeClock } from '../../support/fake-clock.js'

/** Commands that end when told. */
function heldMachine() {
  const begun: string[] = []
  const ends: { answer: () => void; fail: (error: unknown) => void }[] = []
  const execute: Execute = (line) =>
    new Promise((resolve, reject) => {
      begun.push(line.split(' ').at(-1)!)
      const result = { exitCode: 0, stdout: Buffer.from(`${begun.length}`), stderr: Buffer.alloc(0), truncated: false, timedOut: false }
      ends.push({ answer: () => resolve(result), fail: reject })
    })
  const machine = createMachine({ execute, clock: createFakeClock(), sudo: () => false, onDidRun() {} })
  return { machine, begun, ends }
}
const settle = () => new Promise(setImmediate)
const read = (word: string): Command => ({ words: ['cat', word], risk: 'reads' })

it('runs four commands at once, the others as places become free, those given up not at all', async () => {
  const { machine, begun, ends } = heldMachine()
  const ending = new AbortController()
  const answers = ['a', 'b', 'c', 'd', 'e', 'f'].map((word) => machine.run({ ...read(word), signal: ending.signal }))
  const failures = Promise.allSettled(answers)
  await settle()
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  ends[1]!.fail(new Error('lost'))
  await settle()
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e'])
  ending.abort(new Error('stopped'))
  for (const { answer } of ends) answer()
  expect((await failures).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
  expect(begun).not.toContain('f')
  void machine.run(read('g'))
  await settle()
  expect(begun.at(-1)).toBe('g')
})

it('shares the answer of what is only read in the same words; a failure is asked again, a change each time', async () => {
  const { machine, begun, ends } = heldMachine()
  const shared = shareReads(machine)
  const lost = Promise.allSettled([shared.run(read('a')), shared.run(read('a'))])
  await settle()
  ends[0]!.fail(new Error('lost'))
  expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  const both = [shared.run(read('a')), shared.run(read('a'))]
  await settle()
  ends[1]!.answer()
  expect((await Promise.all(both)).map(({ stdout }) => `${stdout}`)).toEqual(['2', '2'])
  expect(begun).toEqual(['a', 'a'])
  void shared.run({ ...read('b'), maxBytes: 5 })
  void shared.run({ ...read('b'), maxBytes: 6 })
  for (let time = 0; time < 2; time++) void shared.run({ words: ['rm', 'c'], risk: 'writes' })
  await settle()
  expect(begun).toEqual(['a', 'a', 'b', 'b', 'c', 'c'])
})
