/**
 * The rescue password from the provider: looked for when asked, kept in memory until the rescue ends (a lost connection asks for it
 * again) or the next one is asked for, told to nobody but the server and, when they want to see it, the person.
 */
import { AppError } from '../../shared/errors.js'
import type { Operation } from '../../shared/provider.js'
import type { RescuePasswordState } from '../../shared/visit.js'
import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import type { Password, Provider } from '../providers/provider.js'
import { problemOf } from './provider-of.js'

export interface PasswordSearch {
  state(): RescuePasswordState | undefined
  /** The provider's answer to the restart held it. */
  found(password: Password): void
  look(adapter: Provider, operation: Operation): Promise<void>
  /** @throws AppError `not-found` while there is none. */
  take(): Password
  /** The rescue is over. */
  forget(): void
}

export function createPasswordSearch(o: { clock: Clock; log: Log; onDidChange(): void }): PasswordSearch {
  let state: RescuePasswordState | undefined
  let secret: Password | undefined
  let byMail = false
  let ending = new AbortController()

  function set(next: Omit<RescuePasswordState, 'byMail'> | undefined) {
    state = next && { ...next, byMail }
    o.onDidChange()
  }
  const foundAt = () => o.clock.now().toISOString()

  function found(password: Password) {
    secret = password
    const { user, source, mail } = password
    set({ phase: 'found', user, source, foundAt: foundAt(), mails: state?.mails ?? (mail ? [mail] : []) })
  }

  return {
    state: () => state,
    found,
    async look(adapter, operation) {
      if (state?.phase === 'looking' || secret) return
      const own = new AbortController()
      ending = own
      byMail = ['mail', 'secret'].includes(adapter.capabilities(operation.server).credentials)
      const isOver = () => own.signal.aborted || state?.phase !== 'looking'
      set({ phase: 'looking', mails: [] })
      try {
        const result = await adapter.credentials(operation, {
          signal: own.signal,
          onMails: (mails) => !isOver() && set({ phase: 'looking', mails }),
        })
        // A link was pasted meanwhile, or the rescue is over.
        if (isOver()) return
        const mails = state?.mails ?? []
        switch (result.kind) {
          case 'password':
            return found(result)
          case 'account-keys':
            return set({ phase: 'account-keys', user: result.user, mails })
          case 'link':
            return set({ phase: 'link', link: result.url, mails })
          case 'by-hand':
          case 'timed-out':
            return set({ phase: result.kind, mails })
          case 'failed':
            return set({ phase: 'failed', problem: result.problem, mails })
          case 'stopped':
            return set(undefined)
        }
      } catch (error) {
        if (isOver()) return
        set({ phase: 'failed', problem: problemOf(error, o.log), mails: state?.mails ?? [] })
      }
    },
    take() {
      if (!secret) throw new AppError('not-found', { id: 'password' })
      return secret
    },
    forget() {
      ending.abort(new AppError('wrong-state'))
      secret = undefined
      set(undefined)
    },
  }
}
