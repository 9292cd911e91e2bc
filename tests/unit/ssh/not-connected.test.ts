/** A connection that is gone but not yet closed: ssh2 throws, at once, where it otherwise answers later. */
import ssh2 from 'ssh2'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { execute } from '../../../electron/ssh/exec.js'
import { openSftp } from '../../../electron/ssh/sftp.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

it('a command says so, and leaves neither timer nor listener', async () => {
  const { signal } = new AbortController()
  const removed = vi.spyOn(signal, 'removeEventListener')
  const run = execute(new ssh2.Client(), 'true', { limitMs: 30_000, maxBytes: 1, signal }, () => undefined)
  await expect(run).rejects.toMatchObject({ code: 'no-shell', detail: 'Not connected' })
  expect(removed).toHaveBeenCalledOnce()
})

it('SFTP says so, and leaves no timer', async () => {
  await expect(openSftp(new ssh2.Client(), {}, () => undefined)).rejects.toMatchObject({ code: 'no-sftp', detail: 'Not connected' })
})
