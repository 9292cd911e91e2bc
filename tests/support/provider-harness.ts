/** What every adapter's test needs: a fake API, a clock without waiting, and an eye on logs and errors for secrets. */
import { expect } from 'vitest'
import type { Log } from '../../electron/log.js'
import { ProviderError } from '../../electron/providers/problem.js'
import type { FakeProvider } from './fake-provider.js'
import { createSkippingClock, type SkippingClock } from './skipping-clock.js'

export interface Harness {
  api: FakeProvider
  clock: SkippingClock
  log: Log
  lines: string[]
  parts: { clock: SkippingClock; log: Log; base: string }
  /** Texts that no log entry and no error may hold. */
  secrets: string[]
  /** The ProviderError of a call that has to fail, after a look for secrets in everything it carries. */
  refused(work: Promise<unknown>): Promise<ProviderError>
  /** Nothing broke the contract, nothing secret was logged. */
  check(): void
  close(): Promise<void>
}

export async function harness(start: (clock: SkippingClock) => Promise<FakeProvider>, secrets: string[]): Promise<Harness> {
  const clock = createSkippingClock()
  const api = await start(clock)
  const lines: string[] = []
  const log: Log = { info: (text) => void lines.push(text), error: (text, error) => void lines.push(`${text} ${String(error)}`) }
  const hold = (text: string) => secrets.filter((secret) => text.includes(secret) || text.includes(encodeURIComponent(secret)))
  return {
    api,
    clock,
    log,
    lines,
    secrets,
    parts: { clock, log, base: api.base },
    async refused(work) {
      const error = await clock.run(work).then(
        () => expect.unreachable('it should have failed'),
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(ProviderError)
      const found = error as ProviderError
      expect(
        hold(`${found.message} ${found.stack} ${JSON.stringify([found.toInfo(), found.toProblemInfo()])} ${String(found.cause)}`),
      ).toEqual([])
      return found
    },
    check() {
      expect(api.breaches).toEqual([])
      expect(hold(lines.join('\n'))).toEqual([])
    },
    close: () => api.close(),
  }
}
