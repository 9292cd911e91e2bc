import { AppError } from '../../shared/errors.js'
import type { ProviderKind } from '../../shared/provider.js'
import type { Change, ProviderProblem, ProviderProblemInfo } from '../../shared/provider-problem.js'

type Data = Record<string, string | number>

/** Crosses the wire as AppError `provider`, with `provider`, `problem` and `changed` in its data. */
export class ProviderError extends AppError {
  readonly provider: ProviderKind
  readonly problem: ProviderProblem
  readonly changed: Change
  constructor(provider: ProviderKind, problem: ProviderProblem, o: { data?: Data; detail?: string | undefined; changed?: Change } = {}) {
    const changed = o.changed ?? 'nothing'
    super('provider', { ...o.data, provider, problem, changed }, o.detail)
    this.name = 'ProviderError'
    this.provider = provider
    this.problem = problem
    this.changed = changed
  }
  /** The same, after something had already been changed. */
  after(changed: Change): ProviderError {
    return new ProviderError(this.provider, this.problem, { data: this.ownData(), detail: this.detail, changed })
  }
  toProblemInfo(): ProviderProblemInfo {
    return {
      problem: this.problem,
      changed: this.changed,
      data: this.ownData(),
      ...(this.detail ? { detail: this.detail.slice(0, 4000) } : {}),
    }
  }
  private ownData(): Data {
    const { provider: _, problem: __, changed: ___, ...data } = this.data
    return data
  }
}

/** Says nothing about the request: the same one may work in a moment. */
export const isPassing = (problem: ProviderProblem) =>
  problem === 'too-many-requests' || problem === 'server-fault' || problem === 'network' || problem === 'timeout'

/** Runs what follows a change: should it fail, the error says what the change has left behind. A lost answer stays `unknown`. */
export async function afterChange<T>(changed: Change, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof ProviderError && error.changed !== 'unknown' ? error.after(changed) : error
  }
}

/**
 * Asks for a change whose answer may get lost; then `isSo` looks whether it was made, so that nobody restarts a machine on a guess.
 * @throws ProviderError, with what is known to be changed.
 */
export async function askAndLook(ask: () => Promise<unknown>, isSo: () => Promise<boolean>): Promise<void> {
  try {
    await ask()
  } catch (error) {
    if (!(error instanceof ProviderError) || error.changed !== 'unknown') throw error
    if (!(await afterChange('unknown', isSo))) throw error.after('nothing')
  }
}
