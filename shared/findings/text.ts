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

const compiled = new Map<string, IntlMessageFormat>()

/** @param part `title` one line · `text` why and what follows · `do` the button of a proposal. Empty when the code has no such part. */
export function findingText(words: Words, part: 'title' | 'text' | 'do', language: FindingLanguage): string {
  const message = findingTexts[language][words.code]?.[part]
  if (message === undefined) return ''
  const key = `${language} ${words.code} ${part}`
  const format = compiled.get(key) ?? new IntlMessageFormat(message, language, undefined, { ignoreTag: true })
  compiled.set(key, format)
  return String(format.format(words.values))
}
