/**
 * The words of findings, in the language asked for: one JSON file per task and language, ICU messages, keyed by code with `title`,
 * `text` and for proposals `do`. Used by the window, the command line and the report alike.
 */
import { IntlMessageFormat } from 'intl-messageformat'
import type { Words } from '../repair.js'
import enAccess from './en/access.json'
import enBoot from './en/boot.json'
import enFirewall from './en/firewall.json'
import enNetwork from './en/network.json'
import enSpeed from './en/speed.json'
import frAccess from './fr/access.json'
import frBoot from './fr/boot.json'
import frFirewall from './fr/firewall.json'
import frNetwork from './fr/network.json'
import frSpeed from './fr/speed.json'

export type FindingLanguage = 'en' | 'fr'
type Texts = Record<string, Record<string, string>>

/** Without markup: what stands in quotes or code is the reader's business. Exported for the test that compares both languages. */
export const findingTexts: Record<FindingLanguage, Texts> = {
  en: { ...enAccess, ...enNetwork, ...enBoot, ...enFirewall, ...enSpeed },
  fr: { ...frAccess, ...frNetwork, ...frBoot, ...frFirewall, ...frSpeed },
}

type Part = 'title' | 'text' | 'do'
interface Message {
  format: IntlMessageFormat
  /** Of the values it names, however deep. */
  names: string[]
}
const compiled = new Map<string, Message | undefined>()

function messageOf(code: string, part: Part, language: FindingLanguage): Message | undefined {
  const key = `${language} ${code} ${part}`
  if (!compiled.has(key)) {
    const text = findingTexts[language][code]?.[part]
    const format = text === undefined ? undefined : new IntlMessageFormat(text, language, undefined, { ignoreTag: true })
    compiled.set(key, format && { format, names: namesIn(format.getAst()) })
  }
  return compiled.get(key)
}

/** Type 0 is text, 7 is `#`. */
const namesIn = (elements: ReturnType<IntlMessageFormat['getAst']>): string[] => [
  ...new Set(
    elements.flatMap((element) => [
      ...(element.type === 0 || element.type === 7 ? [] : [element.value]),
      ...('options' in element ? Object.values(element.options).flatMap(({ value }) => namesIn(value)) : []),
    ]),
  ),
]

/** The values that a text names: whoever makes these words gives them all. */
export const valuesNamed = (code: string, part: Part, language: FindingLanguage): readonly string[] =>
  messageOf(code, part, language)?.names ?? []

/**
 * @param part `title` one line · `text` why and what follows · `do` the button of a proposal. Empty when the code has no such part.
 * A value that is missing, as in words that an older version has kept, is `?`: it costs one word, not the report.
 */
export function findingText(words: Words, part: Part, language: FindingLanguage): string {
  const message = messageOf(words.code, part, language)
  if (!message) return ''
  const unknown = Object.fromEntries(message.names.map((name) => [name, '?']))
  return String(message.format.format({ ...unknown, ...words.values }))
}
