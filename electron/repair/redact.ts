/**
 * Secrets out of what is shown as evidence and of texts that leave this computer with a report. The word `[removed]` stands for each;
 * what was found is counted. A word too many is removed rather than one too few. Pure.
 */

export const secretKinds = ['password-hash', 'private-key', 'token', 'password', 'url-credentials', 'email'] as const
export type SecretKind = (typeof secretKinds)[number]
export type Removed = Partial<Record<SecretKind, number>>

export const REMOVED = '[removed]'

// What a setting with a secret is called, whatever stands before it: `DB_PASSWORD`, `aws_secret_access_key`, `wifi-sec.psk`.
const name =
  '(?:' +
  [
    'pass(?:w(?:or)?d|phrase|code)?s?(?:[_-]?(?:raw|hash|value|text|base64|\\d+))?',
    '[_-]pwd',
    'secret(?:[_-]?value)?',
    'token(?:[_-]?value)?',
    'psk',
    '(?:secret|private|api|access|auth|account|consumer|encryption|signing|master|wep|(?:pre[_-]?)?shared)(?:[_-]?access)?[_-]?key(?:[_-]?(?:id|base|raw|\\d+))?',
    '_auth|"auth',
    '(?:bind|root|admin)[_-]?pw',
    'wep-?key\\d*',
  ].join('|') +
  ')["\']?[ \\t]*(?::=|[:=])[ \\t]*'
// At the start of a line the value is the rest of it: passphrases have blanks.
const atStart = '(?<=^[ \\t#;>-]*(?:export[ \\t]+)?["\']?[\\w.-]*)'
const notYet = '(?!["\']?\\[removed\\])'

// In this order: what holds another is taken first. `$1` stays.
const rules: readonly (readonly [SecretKind, RegExp])[] = [
  [
    'private-key',
    /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$(?![\s\S]))/g,
  ],
  // Its beginning was cut off.
  ['private-key', /(?<!^[ \t]*[A-Za-z0-9+/=]{4,}\r?\n)(?:^[ \t]*[A-Za-z0-9+/=]{4,}\r?\n)+(?=[ \t]*-----END [A-Z0-9 ]*PRIVATE KEY)/gm],
  ['private-key', /^([ \t]*Private-Lines: \d+\r?\n)(?:[ \t]*[A-Za-z0-9+/=]+(?:\r?\n|$))+/gm],
  ['private-key', /\bAGE-SECRET-KEY-1[0-9A-Z]{20,}/g],
  // WireGuard's and its kind: 32 bytes in base64.
  ['private-key', /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=(?![A-Za-z0-9+/=])/g],
  // crypt(5) and what Apache, MySQL, PostgreSQL, LDAP and Django keep; the old DES form only where shadow and htpasswd have it.
  ['password-hash', /\$(?:1|2[abxy]?|3|5|6|7|y|gy|sha1|md5|apr1|scrypt|argon2\w*|pbkdf2[\w-]*)\$[+./A-Za-z0-9$=,-]{8,}/g],
  ['password-hash', /^([ \t]*[\w.-]+:)[./0-9A-Za-z]{13}(?=:\d*:|$)/gm],
  ['password-hash', /\{(?:S?SHA\d*|S?MD5|CRYPT|PBKDF2[\w-]*)\}[\w+./=$-]{8,}/gi],
  ['password-hash', /(?<!\w)\*[0-9A-F]{40}\b|\bSCRAM-SHA-\d+\$[\w+/=:$]{20,}|\bpbkdf2_\w+\$\d+\$\S+|\bmd5[0-9a-f]{32}\b/g],
  [
    'token',
    /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{10,}|A[KS]IA[0-9A-Z]{16}|[srp]k_(?:live|test)_\w{10,}|sk-[\w-]{20,}|npm_\w{20,}|AIza[\w-]{30,}|ya29\.[\w-]{10,}|hv[sb]\.\w{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|do[opr]_v1_\w{20,})/g,
  ],
  // A JSON Web Token, which may go on over lines that hold nothing else.
  ['token', /\beyJ[\w-]{8,}(?:[\w.=-]|\r?\n[ \t]*(?=[\w.=-]+[ \t]*$))*/gm],
  ['token', /\b(authorization["']?[ \t]*[:=][ \t]*["']?(?!bearer\b))(?!\[removed\])[^\s"'][^\n"']*/gi],
  ['token', /\b(bearer\s+)[\w.~+/-]{8,}=*/gi],
  ['url-credentials', /\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@:"'<>]*:(?!\[removed\]@)[^\s/"'<>]+|[^\s/@:"'<>]{20,})(?=@)/gi],
  // cloud-init: accounts with their passwords, one in each line or in brackets; the same for the program.
  [
    'password',
    /(chpasswd:[ \t]*\n(?:[ \t]+(?!list:)[^\n]*\n)*?[ \t]+list:[ \t]*)(?!\[removed\])(?:\[[^\]]*\]|[|>]?[^\n]*\n(?:[ \t]+[^\n]*(?:\n|$))+)/g,
  ],
  ['password', /\b((?:echo|printf)[ \t]+)(?!\[removed\])[^\n|]+(?=\|[^\n|]*\bchpasswd\b)/g],
  ['password', new RegExp(`(${name})[|>][+-]?\\d*[ \\t]*\\n(?:[ \\t]+[^\\n]*(?:\\n|$))+`, 'gi')],
  ['password', new RegExp(`${atStart}(${name})${notYet}\\S.*`, 'gim')],
  ['password', new RegExp(`(${name})${notYet}("[^"\\n]*"?|'[^'\\n]*'?|[^\\s"',;]+)`, 'gi')],
  // Connection strings; sudo's `PWD=/root` is a folder.
  ['password', /((?:^|;)[ \t]*pwd=)(?!\[removed\])[^/;\s][^;\n]*/gim],
  ['password', /(--?(?:password|passwd|pass|passphrase|token|secret|api-?key)[ \t]+)(?!\[removed\]|-)\S+/gi],
  ['password', /(\bsshpass[ \t]+-p[ \t]*|\b(?:mysql|mariadb)[\w-]*[ \t][^\n|;&]*?-p)(?!\[removed\])[^\s-]\S*/g],
  ['password', /(\bcurl\b[^\n|;&]*?[ \t](?:-u|--user)[ \t=]*["']?[^\s:"']+:)(?!\[removed\])\S+/g],
  // Settings without a sign: ifupdown, netrc, redis, LDAP.
  [
    'password',
    /^([ \t]*(?:wpa-(?:psk|password|passphrase)|wireless-key\d*|password|passphrase|requirepass|masterauth|bindpw|rootpw)[ \t]+)(?!\[removed\])(?:"[^"\n]*"|\S+)[ \t]*$/gim,
  ],
  ['password', /(\blogin[ \t]+\S+\s+password[ \t]+)(?!\[removed\])\S+/gi],
  // ~/.pgpass
  ['password', /^([ \t]*[*\w.-]+:(?:\d{4,5}|\*):[^:\s]+:[^:\s]+:)(?!\[removed\])[^:\s]+$/gm],
  ['email', /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/gi],
]

/**
 * @param removed counts what is found, over several texts.
 * @param kept a kind that may stay: an address in evidence is no secret to the person whose server it is.
 */
export function redact(text: string, removed: Removed, kept?: SecretKind): string {
  let result = text
  for (const [kind, pattern] of rules) {
    if (kind === kept) continue
    result = result.replace(pattern, (match, before: unknown) => {
      removed[kind] = (removed[kind] ?? 0) + 1
      // What ends a line stays.
      return `${typeof before === 'string' ? before : ''}${REMOVED}${match.endsWith('\n') ? '\n' : ''}`
    })
  }
  return result
}
