/** The locale files against each other and against the code: same keys, same placeholders, nothing missing, nothing left over. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import IntlMessageFormat from 'intl-messageformat'
import { describe, expect, it } from 'vitest'
import { manualWay } from '../../../electron/providers/manual.js'
import { errorCodes } from '../../../shared/app-error.js'
import { manualWays, providerKinds } from '../../../shared/provider-names.js'
import { changes, providerProblems } from '../../../shared/provider-problem.js'

const renderer = join(import.meta.dirname, '../../../renderer')
type Texts = { [key: string]: string | Texts }

function flatten(texts: Texts, prefix = ''): Map<string, string> {
  const all = new Map<string, string>()
  for (const [key, value] of Object.entries(texts)) {
    const path = prefix ? `${prefix}.${key}` : key
    if (typeof value === 'string') all.set(path, value)
    else for (const [inner, text] of flatten(value, path)) all.set(inner, text)
  }
  return all
}

function load(language: string) {
  const folder = join(renderer, 'locales', language)
  const rooms: Texts = {}
  for (const file of readdirSync(folder)) rooms[file.replace(/\.json$/, '')] = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  return flatten(rooms)
}

/** Elements of a parsed message by their number in the parser: 0 literal, 5 select, 6 plural, 7 #, 8 tag; the others are values. */
interface Element {
  type: number
  value?: string
  children?: Element[]
  options?: Record<string, { value: Element[] }>
}

/** Names of the values and tags a message needs. */
function placeholders(text: string): string[] {
  const names = new Set<string>()
  const walk = (elements: Element[]) => {
    for (const { type, value, children, options } of elements) {
      if (type !== 0 && type !== 7) names.add(type === 8 ? `<${value}>` : String(value))
      walk(children ?? [])
      for (const option of Object.values(options ?? {})) walk(option.value)
    }
  }
  walk(new IntlMessageFormat(text, 'en').getAst() as Element[])
  return [...names].sort()
}

const en = load('en')
const fr = load('fr')

describe('locale files', () => {
  it('have the same rooms and keys in both languages', () => expect([...fr.keys()].sort()).toEqual([...en.keys()].sort()))

  it('promise no saved password: there is none', () => {
    for (const text of [...en.values(), ...fr.values()]) expect(text).not.toMatch(/saved passwords?|mots? de passe enregistrés?/i)
  })

  it('are valid messages with the same placeholders in both languages', () => {
    for (const [key, text] of en) expect({ key, names: placeholders(fr.get(key) ?? '') }).toEqual({ key, names: placeholders(text) })
  })

  it('know tags only for bold and code', () => {
    for (const [key, text] of [...en, ...fr]) {
      const tags = placeholders(text).filter((name) => name.startsWith('<'))
      expect({ key, odd: tags.filter((tag) => tag !== '<b>' && tag !== '<c>') }).toEqual({ key, odd: [] })
    }
  })

  it('say every error in words: what happened, why and what to do', () => {
    for (const code of errorCodes) {
      for (const texts of [en, fr]) {
        expect(texts.get(`errors.${code}.title`), code).toBeTruthy()
        expect(texts.get(`errors.${code}.text`), code).toBeTruthy()
      }
    }
    const codes = new Set([...en.keys()].filter((key) => key.startsWith('errors.')).map((key) => key.split('.')[1]))
    expect([...codes].filter((code) => code !== 'missing' && !(errorCodes as readonly string[]).includes(code ?? ''))).toEqual([])
  })

  it('say every fault of a provider, what it left behind, and exactly the steps of every way by hand', () => {
    const wanted = [
      ...providerKinds.map((kind) => `name.${kind}`),
      ...providerProblems.flatMap((problem) => [`problem.${problem}.title`, `problem.${problem}.text`]),
      ...changes.map((change) => `changed.${change}`),
      ...['mail', 'panel', 'chosen', 'console', 'account-keys'].map((place) => `password.${place}`),
      ...['until-left', 'one-boot'].map((one) => `stickiness.${one}`),
      ...manualWays.flatMap((id) => [
        `manual.${id}.name`,
        ...(['enter', 'leave'] as const).flatMap((direction) =>
          Array.from({ length: manualWay(id, direction).steps }, (_, step) => `manual.${id}.${direction}.${step + 1}`),
        ),
      ]),
    ].map((key) => `providers.${key}`)
    expect([...en.keys()].filter((key) => key.startsWith('providers.')).sort()).toEqual(wanted.sort())
  })

  it('use the typographic apostrophe and no-break spaces in French', () => {
    for (const [key, text] of fr) expect({ key, bad: /\w'\w| [:;?!»]|« /.exec(text)?.[0] }).toEqual({ key, bad: undefined })
  })

  it('hold nothing that no component uses', () => {
    const sources = readdirSync(renderer, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => readFileSync(join(renderer, file), 'utf8'))
      .join('\n')
    const used = new Set([...sources.matchAll(/['"`]([a-z-]+(?:\.[\w-]+)+)['"`]/g)].map((match) => match[1]))
    const patterns = [...sources.matchAll(/`([a-z-]+(?:\.[\w-]+)*\.?[\w-]*\$\{[^`]*)`/g)].map((match) => {
      const parts = (match[1] ?? '').split(/\$\{[^}]*\}/).map((part) => part.replaceAll('.', '\\.'))
      return new RegExp(`^${parts.join('[\\w-]+')}$`)
    })
    const unused = [...en.keys()].filter((key) => !used.has(key) && !patterns.some((pattern) => pattern.test(key)))
    expect(
      unused.filter(
        (key) =>
          !key.startsWith('rescue.') &&
          !key.startsWith('providers.') &&
          !key.startsWith('terminal.') &&
          !key.startsWith('host-key.') &&
          !/^common\.(back|close|tryAgain)$/.test(key),
      ),
    ).toEqual([])
  })
})
