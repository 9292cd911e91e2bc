/**
 * What a provider's e-mail says about a rescue system, found in whatever a person pasted: headers, quotes, HTML remains,
 * quoted-printable. English and French. Nothing is used before a yes, so the answer is spans of a readable text: what was
 * recognised can be underlined, the password shown as dots. Links are recognised and compared, never opened.
 * Providers' samples: old ranges mail the password in clear, today's mails hold a link to a secret with a number in it.
 */
export interface Found {
  value: string
  /** In `RescueMail.text`. */
  start: number
  end: number
}

export interface RescueMail {
  /** The pasted text without transport clutter. */
  text: string
  /** Different candidates, the likeliest first. */
  passwords: Found[]
  user?: Found
  /** Host names that stand where a server is named, in lower case, without the provider's own sites. */
  names: Found[]
  addresses: Found[]
  /** Value: ISO time. */
  date?: Found
  /** The provider's page that shows the secret. `value` is the address, `id` the number in it. */
  link?: Found & { host: string; id: string }
}

const maxChars = 100_000

/** A text of one word, or one line without any label, is the password itself: blanks at its ends are what copying adds. */
export function barePassword(pasted: string): string | undefined {
  const text = pasted.replace(invisible, '').trim()
  if (!text || /[\r\n]/.test(text) || text.length > 200) return undefined
  return /^\S+$/.test(text) ? (secretLink(text) ? undefined : text) : passwordLabel.test(text) ? undefined : text
}

export function readRescueMail(pasted: string): RescueMail {
  const text = readable(pasted.slice(0, maxChars))
  const link = secretLink(text)
  const user = findUser(text)
  const date = findDate(text)
  return {
    text,
    passwords: findPasswords(text),
    names: findNames(text),
    addresses: findAddresses(text),
    ...(user ? { user } : {}),
    ...(date ? { date } : {}),
    ...(link ? { link } : {}),
  }
}

/** Does the mail speak of this server? A name counts whole or by its first label (`ns1` is not `ns10`). `unknown`: it names none. */
export function mailServer(mail: RescueMail, server: { host: string; name: string }): 'both' | 'name' | 'address' | 'other' | 'unknown' {
  const wanted = [server.host, server.name].map((one) => one.toLowerCase())
  const isSame = (name: string) =>
    wanted.some((one) => one === name || (one.split('.')[0] === name.split('.')[0] && (!one.includes('.') || one === name)))
  const byName = mail.names.some(({ value }) => isSame(value))
  const byAddress = mail.addresses.some(({ value }) => wanted.includes(value))
  if (byName && byAddress) return 'both'
  if (byName) return 'name'
  if (byAddress) return 'address'
  return mail.names.length || mail.addresses.length ? 'other' : 'unknown'
}

// -- a readable text ---------------------------------------------------------------------------------------------------------

const invisible = /[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g

function readable(raw: string): string {
  let text = raw.replace(/\r\n?/g, '\n')
  if (isQuotedPrintable(text)) text = decodeQuotedPrintable(text)
  if (isHtml(text)) text = stripHtml(text)
  text = text.replace(invisible, '').replace(/[\u00a0\u2000-\u200a\u202f\u3000]/g, ' ')
  const lines = text.split('\n')
  const filled = lines.filter((line) => line.trim())
  const isQuoted = filled.filter((line) => /^\s*>/.test(line)).length * 2 >= filled.length && filled.length > 1
  return lines
    .map((line) => (isQuoted ? line.replace(/^\s*(?:> ?)+/, '') : line).replace(/\s+$/, ''))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** A password may end in `=` or hold `=3D`: one sign alone proves nothing. */
const isQuotedPrintable = (text: string) =>
  /^content-transfer-encoding:\s*quoted-printable/im.test(text) ||
  (/=\n/.test(text) && /=(?:3D|20|[C-F][0-9A-F]=[89AB][0-9A-F])/.test(text))

function decodeQuotedPrintable(text: string): string {
  return text.replace(/=[ \t]*\n/g, '').replace(/(?:=[0-9A-F]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes.replaceAll('=', '%'))
    } catch {
      return codes // not UTF-8: left as it came
    }
  })
}

const isHtml = (text: string) => /<br\s*\/?>|<\/(?:p|div|td|th|tr|li|span|b|strong|a|pre|code|font|body|html)>/i.test(text)

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  agrave: 'à',
  eacute: 'é',
  egrave: 'è',
  rsquo: '’',
  laquo: '«',
  raquo: '»',
}

function stripHtml(text: string): string {
  return text
    .replace(/<!--[\s\S]*?-->|<(style|script|head|title)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/\n\s*/g, ' ')
    .replace(/<a\b[^>]*\bhref\s*=\s*["']?(https?:[^"'\s>]+)[^>]*>(.*?)<\/a>/gi, (_, href: string, inner: string) =>
      inner.includes('http') ? inner : `${inner} ${href}`,
    )
    .replace(/<br\s*\/?>|<\/(?:p|div|tr|li|h\d|table|ul|ol|pre)>/gi, '\n')
    .replace(/<\/(?:td|th)>/gi, ' ')
    .replace(/<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?\/?>/gi, '')
    .replace(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, (whole, name: string) => {
      if (!name.startsWith('#')) return entities[name.toLowerCase()] ?? whole
      const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
      return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : whole
    })
    .replace(/[ \t]+/g, ' ')
    .replace(/^ /gm, '')
}

// -- the password ------------------------------------------------------------------------------------------------------------

const passwordWord = String.raw`(?:pass\s?word|passwd|passphrase|pass|pwd|mot\s+de\s+passe|mdp)`
const passwordLabel = new RegExp(
  // The word, a few more words (`of the rescue system`, `(root)`), then what leads to the value.
  String.raw`(?<![\p{L}\p{N}-])${passwordWord}(?![\p{L}\p{N}])((?:[*_\x60]{0,2})[^\n:=]{0,60}?)(?:[*_\x60]{0,2})(\s*(?::|=>|->|=)|\s+(?:is|est|sera|will be)\s*:?)[*_\x60]{0,2}[ \t]*`,
  'iu',
)
const quotePairs: Record<string, string> = { '"': '"', "'": "'", '`': '`', '“': '”', '‘': '’', '«': '»', '„': '“' }
/** Words that stand after a label and are no password. */
const noPassword =
  /^(?:below|above|here|attached|following|the|a|your|sent|by|in|to|not|see|is|votre|le|la|un|dans|par|est|ci-dessous|suivant|voir|n\/a|none|ssh|root)[.:,]?$/i

function findPasswords(text: string): Found[] {
  const found: (Found & { score: number })[] = []
  const every = new RegExp(passwordLabel.source, 'giu')
  for (let match = every.exec(text); match; match = every.exec(text)) {
    every.lastIndex = match.index + 4 // labels may overlap: `password: your password is …`
    const isSentence = !/[:=>]\s*$/.test(match[2] ?? '')
    const value = valueAt(text, match.index + match[0].length, isSentence)
    if (!value || found.some((one) => one.start === value.start)) continue
    const context = text.slice(Math.max(0, match.index - 80), value.start)
    found.push({ ...value, score: (/rescue|secours/i.test(context) ? 2 : 0) + (isSentence ? 0 : 1) })
  }
  if (!found.length) {
    const lone = loneToken(text)
    if (lone) return [lone]
  }
  const best = found.sort((a, b) => b.score - a.score || a.start - b.start)
  return best.filter((one, index) => best.findIndex(({ value }) => value === one.value) === index).map(({ score: _, ...one }) => one)
}

/** The word after a label, on its line or alone on the next filled one; quotes and emphasis around it do not belong to it. */
function valueAt(text: string, from: number, isSentence: boolean): Found | undefined {
  const lineEnd = text.indexOf('\n', from)
  let start = from
  let line = lineEnd < 0 ? text.slice(from) : text.slice(from, lineEnd)
  if (!line.trim()) {
    const next = /^\s*\n[\s\n]*([^\n]+)/.exec(text.slice(from))
    if (!next?.[1] || !/^\s*\S+\s*$/.test(next[1])) return undefined
    start = from + next[0].length - next[1].length
    line = next[1]
  }
  const lead = /^\s*/.exec(line)?.[0].length ?? 0
  const word = /^(?:«\s+(\S+)\s+»|(\S+))/.exec(line.slice(lead))
  let value = word?.[1] ?? word?.[2] ?? ''
  start += lead + (word?.[1] ? word[0].indexOf(value) : 0)
  const trim = (front: number, back: number) => {
    start += front
    value = value.slice(front, value.length - back)
  }
  for (const mark of ['**', '__', '`'])
    if (value.length > 2 * mark.length && value.startsWith(mark) && value.endsWith(mark)) trim(mark.length, mark.length)
  if (isSentence && /[.,;]$/.test(value)) trim(0, 1)
  if (value.length > 2 && quotePairs[value[0] ?? ''] === value.at(-1)) trim(1, 1)
  return isPassword(value) ? { value, start, end: start + value.length } : undefined
}

const isPassword = (value: string) =>
  value.length >= 4 &&
  value.length <= 128 &&
  !/^(.)\1*$/u.test(value) && // `********`
  !/^https?:\/\//i.test(value) &&
  !noPassword.test(value) &&
  !/:$/.test(value)

/** Without any label: the only line that is one word and looks made by a machine. */
function loneToken(text: string): Found | undefined {
  const tokens: Found[] = []
  let start = 0
  for (const line of text.split('\n')) {
    const value = line.trim()
    const looksMade = /^(?=.*[a-z])(?=.*(?:[A-Z]|[^\p{L}\p{N}]))(?=.*\d)[\x21-\x7e]{8,40}$/u.test(value)
    if (looksMade && !/^\w+@|^https?:|^SHA256:|\.\w{2,}$|^[\d.:a-f/]+$/i.test(value)) {
      const at = start + line.indexOf(value)
      tokens.push({ value, start: at, end: at + value.length })
    }
    start += line.length + 1
  }
  return tokens.length === 1 ? tokens[0] : undefined
}

// -- user, server, date, link --------------------------------------------------------------------------------------------------

const userLabel =
  /(?<![\p{L}\p{N}])(?:user\s?(?:name)?|login|utilisateur|identifiant|nom d.utilisateur)[*_`]{0,2}\s*[:=][*_`]{0,2}\s*([\w.-]{1,32})/giu

function findUser(text: string): Found | undefined {
  const labelled = [...text.matchAll(userLabel)][0]
  if (labelled?.[1]) return at(labelled.index + labelled[0].length - labelled[1].length, labelled[1])
  const command = /\bssh\s+(?:-\S+\s+)*([\w.-]{1,32})@/.exec(text)
  return command?.[1] ? at(command.index + command[0].length - 1 - command[1].length, command[1]) : undefined
}

/** Sites of providers and mail: they stand in every mail and name no server. */
const noServer =
  /^(?:www|mail|smtp|imap|api|manager|docs|help|support|community|status|eu|ca|us)\.|^(?:ovh|ovhcloud|hetzner|scaleway)\.(?:com|net|ca|us|eu|fr)$/i

function findNames(text: string): Found[] {
  const host = /(?<![\w@/.-])((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,})(?![\w-]|\.\w|@)/gi
  const bracketed = /\[((?:vps|ns|ks|sd|node|srv)[\w.-]*)\]/gi
  return unique(
    [...text.matchAll(host), ...text.matchAll(bracketed)]
      .map((match) => at(match.index + match[0].indexOf(match[1] ?? ''), match[1] ?? '', (match[1] ?? '').toLowerCase()))
      .filter(({ value }) => !noServer.test(value)),
  )
}

function findAddresses(text: string): Found[] {
  const v4 = /(?<![\d.\w-])((?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d))(?![\d\w-]|\.\d)/g
  const v6 = /(?<![\w:])((?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,6}|(?:[0-9a-f]{1,4}:){1,6}:[0-9a-f]{1,4})(?![\w:])/gi
  // A time (`02:11:40`) has the letters of an address, but no group of hexadecimal digits longer than two.
  const found = [...text.matchAll(v4), ...[...text.matchAll(v6)].filter(([whole]) => /::|[0-9a-f]{3}/i.test(whole))]
  return unique(found.map((match) => at(match.index, match[0], match[0].toLowerCase())))
}

const months = ['jan', 'fe|fé', 'mar', 'ap|av', 'ma[iy]', 'jun|juin', 'jul|juil', 'au|ao', 'sep', 'oct', 'nov', 'de|dé']

function findDate(text: string): Found | undefined {
  const time = String.raw`(?:[ ,T]|\s+(?:à|at)\s+)*(\d{1,2})[:h](\d{2})(?::(\d{2}))?(?:\s*(Z|[+-]\d{2}:?\d{2}|GMT|UTC))?`
  const words = new RegExp(String.raw`(\d{1,2})(?:er|st|nd|rd|th)?\s+(\p{L}{3,9})\.?,?\s+(\d{4})${time}`, 'iu').exec(text)
  if (words) {
    const month = months.findIndex((name) => new RegExp(`^(?:${name})`, 'i').test(words[2] ?? ''))
    if (month >= 0) return dateAt(words, [words[3], month, words[1], words[4], words[5], words[6], words[7]])
  }
  const iso = new RegExp(String.raw`(\d{4})-(\d{2})-(\d{2})${time}`).exec(text)
  if (iso) return dateAt(iso, [iso[1], Number(iso[2]) - 1, iso[3], iso[4], iso[5], iso[6], iso[7]])
  const slashes = new RegExp(String.raw`(\d{1,2})/(\d{1,2})/(\d{4})${time}`).exec(text)
  return slashes
    ? dateAt(slashes, [slashes[3], Number(slashes[2]) - 1, slashes[1], slashes[4], slashes[5], slashes[6], slashes[7]])
    : undefined
}

type DateParts = [year: unknown, month: number, day: unknown, hour: unknown, minute: unknown, second: unknown, zone: string | undefined]

/** Without a zone the mail program showed local time. */
function dateAt(match: RegExpExecArray, [year, month, day, hour, minute, second, zone]: DateParts): Found | undefined {
  const numbers = [Number(year), month, Number(day), Number(hour), Number(minute), Number(second ?? 0)] as const
  const offset = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '')
  const shift = offset ? (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) * 60_000 : 0
  const date = zone ? new Date(Date.UTC(...numbers) - shift) : new Date(...numbers)
  return Number.isNaN(date.getTime()) ? undefined : at(match.index, match[0], date.toISOString())
}

/** https, a host of the provider, and a number: nothing else is the secret's page. */
const secretUrl =
  /https:\/\/((?:[a-z0-9-]+\.)*(?:ovh\.(?:com|net|ca|us)|ovhcloud\.com|us\.ovhcloud\.com))\/[^\s<>"']*?\bid=([a-z0-9]{4,16}(?:-[a-z0-9]{4,16}){3,5})(?![\w-])/i

function secretLink(text: string): RescueMail['link'] {
  const match = secretUrl.exec(text)
  return match?.[1] && match[2] ? { ...at(match.index, match[0]), host: match[1].toLowerCase(), id: match[2] } : undefined
}

const at = (start: number, shown: string, value = shown): Found => ({ value, start, end: start + shown.length })
const unique = (all: Found[]) => all.filter((one, index) => all.findIndex(({ value }) => value === one.value) === index)
