/** `next`, with every part that equals its counterpart in `previous` replaced by that very object. For JSON-like values. */
export function share<T>(previous: T, next: T): T {
  if (Object.is(previous, next)) return previous
  if (typeof previous !== 'object' || typeof next !== 'object' || previous === null || next === null) return next
  if (Array.isArray(previous) !== Array.isArray(next)) return next
  const before = previous as Record<string, unknown>
  const after = next as Record<string, unknown>
  const keys = Object.keys(after)
  let same = keys.length === Object.keys(before).length
  const entries = keys.map((key): [string, unknown] => {
    const part = Object.hasOwn(before, key) ? share(before[key], after[key]) : after[key]
    if (!Object.hasOwn(before, key) || !Object.is(part, before[key])) same = false
    return [key, part]
  })
  if (same) return previous
  return (Array.isArray(next) ? entries.map(([, part]) => part) : Object.fromEntries(entries)) as T
}
