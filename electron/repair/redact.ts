/** Secrets out of texts that leave this computer with a report. The word `[removed]` stands for each; what was found is counted. Pure. */

export const secretKinds = ['password-hash', 'private-key', 'token', 'password', 'url-credentials', 'email'] as const
export type SecretKind = (typeof secretKinds)[number]
export type Removed = Partial<Record<SecretKind, number>>

export const REMOVED = '[removed]'

// In this order: what holds another is taken first.
const rules: [SecretKind, RegExp, string][] = [
  ['private-key', /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g, REMOVED],
  // crypt(5): `$id$…`, the old DES form only where shadow has it.
  ['password-hash', /\$(?:1|2[abxy]?|5|6|7|y|gy|sha1|md5)\$[./A-Za-z0-9$=,]{8,}/g, REMOVED],
  ['password-hash', /^([\w.-]+:)[./0-9A-Za-z]{13}(?=:\d*:)/gm, `$1${REMOVED}`],
  [
    'token',
    /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|sk_(?:live|test)_\w{10,})/g,
    REMOVED,
  ],
  ['token', /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, REMOVED],
  ['token', /\b(Bearer\s+)[\w.~+/-]{8,}=*/gi, `$1${REMOVED}`],
  ['url-credentials', /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]+:[^\s/@]+(?=@)/gi, `$1${REMOVED}`],
  [
    'password',
    /((?:^|[^\w])[\w.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|psk)["']?[ \t]*[:=][ \t]*)(?!\[removed\])("[^"\n]*"|'[^'\n]*'|[^\s"',;]+)/gi,
    `$1${REMOVED}`,
  ],
  ['email', /[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi, REMOVED],
]

/** @param removed counts what is found, over several texts. */
export function redact(text: string, removed: Removed): string {
  let result = text
  for (const [kind, pattern, replacement] of rules) {
    result = result.replace(pattern, (...match) => {
      removed[kind] = (removed[kind] ?? 0) + 1
      return replacement.replace('$1', typeof match[1] === 'string' ? match[1] : '')
    })
  }
  return result
}
