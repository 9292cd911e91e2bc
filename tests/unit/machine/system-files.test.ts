/** What a cut answer is taken for. Whole ones are read from a real folder by the integration test. */
import { expect, it, test } from 'vitest'
import type { CommandResult, Machine } from '../../../electron/machine/machine.js'
import { createSystemFiles } from '../../../electron/machine/system-files.js'

const entry = 'f 1 644 0 0 1 '
const whole: CommandResult = { exitCode: 0, stdout: Buffer.alloc(0), stderr: '', truncated: false, timedOut: false }
const answering = (answer: (paths: readonly string[]) => Partial<CommandResult>): Machine => ({
  run: async ({ words }) => ({ ...whole, ...answer(words.slice(5)) }),
})

test.each([
  ['an entry cut in two', { stdout: Buffer.from(`\0${entry}a\0${entry}b`) }],
  ['nothing', {}],
  ['out of time', { stdout: Buffer.from('\0'), timedOut: true }],
  ['too much', { stdout: Buffer.from('\0'), truncated: true }],
])('a list that was cut is no empty folder: %s', async (_, result) => {
  await expect(
    createSystemFiles(
      answering(() => result),
      '/mnt',
    ).list('/etc'),
  ).rejects.toMatchObject({ code: 'file-io' })
})

it('asks folders apart after an answer that was cut', async () => {
  const machine = answering((paths) => ({ stdout: Buffer.from(paths.includes('/b') && paths.length > 1 ? '\0' : `\0${entry}x\0`) }))
  const files = createSystemFiles(machine, '/mnt', { forOneLook: true })
  expect(await Promise.all([files.list('/a'), files.list('/b')])).toMatchObject([[{ name: 'x' }], [{ name: 'x' }]])
})
