/** A question that ends by itself, and somebody who is typing. */
import { EventEmitter, once } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createConsole } from '../../../electron/cli/console.js'

function createTerminal() {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode() {} })
  const console = createConsole({
    stdin: stdin as unknown as NodeJS.ReadStream,
    stderr: new PassThrough() as unknown as NodeJS.WriteStream,
    signal: new AbortController().signal,
  })
  const search = new EventEmitter()
  const asked = console.ask('Password: ', { echo: false, unless: once(search, 'found') })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  async function type(text: string) {
    stdin.write(text)
    await settle()
  }
  async function find() {
    search.emit('found')
    await settle()
  }
  return { asked, type, find }
}

test('ends empty while nothing is typed', async () => {
  const { asked, find } = createTerminal()
  await find()
  expect(await asked).toBe('')
})

test('what is being typed is not cut in two: its other half would show in the next question', async () => {
  const { asked, type, find } = createTerminal()
  await type('half a ')
  await find()
  await type('password\r')
  expect(await asked).toBe('half a password')
})
