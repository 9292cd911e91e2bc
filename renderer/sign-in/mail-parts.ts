import type { Found, RescueMail } from '../../shared/rescue-mail.js'

export interface MailPart {
  /** Position in the mail: a stable key. */
  at: number
  text: string
  kind: 'plain' | 'found' | 'secret'
}

const dots = '••••••••'

/** The pasted text in pieces: what was recognised apart, every password as dots, a link without the middle of its number. */
export function mailParts(mail: RescueMail): MailPart[] {
  const found: (Found & { kind: 'found' | 'secret'; shown?: string })[] = [
    ...mail.passwords.flatMap((one) => every(mail.text, one.value)).map((one) => ({ ...one, kind: 'secret' as const, shown: dots })),
    ...(mail.link ? [{ ...mail.link, kind: 'found' as const, shown: cutLink(mail.link) }] : []),
    ...[mail.user, mail.date, ...mail.names, ...mail.addresses].flatMap((one) => (one ? [{ ...one, kind: 'found' as const }] : [])),
  ]
  // Where two overlap (a host inside a link), the first of this order stands: secrets win.
  const kept = found.filter((one, index) => !found.slice(0, index).some((other) => other.start < one.end && one.start < other.end))
  const parts: MailPart[] = []
  let from = 0
  const plain = (to: number) => to > from && parts.push({ at: from, text: mail.text.slice(from, to), kind: 'plain' })
  for (const { start, end, kind, shown } of kept.sort((a, b) => a.start - b.start)) {
    plain(start)
    parts.push({ at: start, text: shown ?? mail.text.slice(start, end), kind })
    from = end
  }
  plain(mail.text.length)
  return parts
}

/** A password that stands a second time in the text is hidden there, too. */
function every(text: string, value: string): Found[] {
  const all: Found[] = []
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + value.length)) {
    all.push({ value, start: at, end: at + value.length })
  }
  return all
}

const cutLink = ({ value, id }: { value: string; id: string }) => value.replace(id, `${id.slice(0, 4)}…${id.slice(-4)}`)
