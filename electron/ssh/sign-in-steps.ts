/**
 * How someone got in, to get in once more: bulk transfers have a connection of their own. Kept in the core's memory as long as the
 * first connection lives. A key is not copied anywhere: whoever repeats the step asks `identity` to sign.
 */
import type { Identity } from './identity.js'

export type SignInStep =
  | { method: 'none' }
  | { method: 'key'; identity: Identity }
  | { method: 'password'; password: Buffer }
  | { method: 'keyboard-interactive'; password: Buffer }

/** Everything a second connection to the very same server needs. */
export interface SecondSignIn {
  /** The address that answered, not a name that may resolve to another machine. */
  host: string
  port: number
  user: string
  /** Wire format; the second connection accepts no other. */
  hostKey: Buffer
  steps: readonly SignInStep[]
}

/** Overwrites the secrets in place. */
export function forgetSteps(steps: readonly SignInStep[]): void {
  for (const step of steps) if ('password' in step) step.password.fill(0)
}
