/** `next`, with every part that equals its counterpart in `previous` replaced by that very object. For JSON-like values. */
export function share<T>(previous: T, next: T): T {
  if (Object.is(previous, next)) return previous
  if (typeof previous !== 'object' || typeof next !== 'object' || previous === null || next === null) return next
  if (Array.isArray(previous) !== Array.isArray(next)) return next
  const before = previous as Record<string, unknown>
  const after = next as Record<string, unknown>
  const keys = Object.keys(after)
  let same = keys.length === Object.keys(before).length
  const result: Record<string, unknown> = Array.isArray(next) ? ([] as unknown as Record<string, unknown>) : {}
  for (const key of keys) {
    result[key] = key in before ? share(before[key], after[key]) : after[key]
    if (!(key in before) || !Object.is(result[key], before[key])) same = false
  }
  return same ? previous : (result as T)
}
