/**
 * Texts for people. One JSON file per room and language (`locales/<language>/<room>.json`, ICU messages), all bundled: the
 * language switches at once. `t('room.path.to.key', values)` is typed by the English files. Texts with `<b>` or `<c>` go
 * through `<Rich text="room.key" />` (ui/rich.tsx), where values are never read as markup.
 */
import i18next from 'i18next'
import ICU from 'i18next-icu'
import { initReactI18next, useTranslation } from 'react-i18next'
import type accounts from './locales/en/accounts.json'
import type common from './locales/en/common.json'
import type disks from './locales/en/disks.json'
import type enter from './locales/en/enter.json'
import type errors from './locales/en/errors.json'
import type files from './locales/en/files.json'
import type hostKey from './locales/en/host-key.json'
import type leave from './locales/en/leave.json'
import type practice from './locales/en/practice.json'
import type providers from './locales/en/providers.json'
import type repair from './locales/en/repair.json'
import type report from './locales/en/report.json'
import type rescue from './locales/en/rescue.json'
import type servers from './locales/en/servers.json'
import type settings from './locales/en/settings.json'
import type signIn from './locales/en/sign-in.json'
import type speed from './locales/en/speed.json'
import type terminal from './locales/en/terminal.json'

interface Rooms {
  accounts: typeof accounts
  common: typeof common
  disks: typeof disks
  enter: typeof enter
  errors: typeof errors
  files: typeof files
  'host-key': typeof hostKey
  leave: typeof leave
  practice: typeof practice
  providers: typeof providers
  repair: typeof repair
  report: typeof report
  rescue: typeof rescue
  servers: typeof servers
  settings: typeof settings
  'sign-in': typeof signIn
  speed: typeof speed
  terminal: typeof terminal
}
type Path<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Path<T[K]>}` }[keyof T & string]

export type TextKey = Path<Rooms>
export type TextValues = Record<string, string | number>
export type Translate = (key: TextKey, values?: TextValues) => string
export const languages = ['en', 'fr'] as const
export type Language = (typeof languages)[number]

const textFiles = import.meta.glob<Record<string, unknown>>('./locales/*/*.json', { eager: true, import: 'default' })
const resources: Record<string, { translation: Record<string, unknown> }> = {}
for (const [path, texts] of Object.entries(textFiles)) {
  const [, language = '', room = ''] = /locales\/(\w+)\/([\w-]+)\.json$/.exec(path) ?? []
  resources[language] ??= { translation: {} }
  resources[language].translation[room] = texts
}

await i18next
  .use(new ICU())
  .use(initReactI18next)
  .init({ lng: 'en', fallbackLng: 'en', resources, interpolation: { escapeValue: false }, react: { useSuspense: false } })

export const i18n = i18next

/** What the setting means on this machine; anything but French is served in English. */
export const resolveLanguage = (setting: 'system' | Language, locale: string): Language =>
  setting === 'system' ? (/^fr\b/i.test(locale) ? 'fr' : 'en') : setting

/** Switches every text on screen. */
export function setLanguage(language: Language) {
  document.documentElement.lang = language
  if (i18next.language !== language) void i18next.changeLanguage(language)
}

/** Outside components (notifications). */
export const translate: Translate = (key, values) => i18next.t(key, values ?? {})

export function useT(): Translate {
  const { t } = useTranslation()
  return t as unknown as Translate
}

export function useLanguage(): Language {
  const { i18n: current } = useTranslation()
  return current.language === 'fr' ? 'fr' : 'en'
}
