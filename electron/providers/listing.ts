/** Lists that are made of parts: one that fails must not cost the others. */
import type { LeftOut, ProviderServer } from '../../shared/provider.js'
import type { ProviderProblem } from '../../shared/provider-problem.js'
import { isPassing, ProviderError } from './problem.js'

export type OnLeftOut = (leftOut: LeftOut) => void

/** A few at a time, in order: providers count requests. */
export async function eachOf<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += 5) results.push(...(await Promise.all(items.slice(at, at + 5).map(work))))
  return results
}

/** Every service of a list: an expired one is refused for good, and is left out. A fault that may pass is the list's. */
export async function listEach<T>(names: readonly string[], onLeftOut: OnLeftOut, view: (name: string) => Promise<T>): Promise<T[]> {
  const listed = await eachOf(names, async (name) => {
    try {
      return [await view(name)]
    } catch (error) {
      if (!(error instanceof ProviderError) || isPassing(error.problem)) throw error
      onLeftOut({ what: name, problem: error.toProblemInfo() })
      return []
    }
  })
  return listed.flat()
}

/** @param notOurs a key may be allowed some products only, and not every region has them all: nothing to tell. @throws when no part could be listed. */
export async function joinLists(
  parts: readonly { what: string; list: Promise<ProviderServer[]> }[],
  notOurs: readonly ProviderProblem[],
  o: { signal: AbortSignal; onLeftOut: OnLeftOut },
): Promise<ProviderServer[]> {
  const results = await Promise.allSettled(parts.map(({ list }) => list))
  o.signal.throwIfAborted()
  const faults = results.flatMap((one, at) => (one.status === 'rejected' ? [{ what: parts[at]!.what, error: one.reason as unknown }] : []))
  const isOurs = ({ error }: { error: unknown }) => !(error instanceof ProviderError && notOurs.includes(error.problem))
  if (faults.length === parts.length) throw (faults.find(isOurs) ?? faults[0])?.error
  for (const { what, error } of faults.filter(isOurs)) {
    if (!(error instanceof ProviderError)) throw error
    o.onLeftOut({ what, problem: error.toProblemInfo() })
  }
  return results.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
}
