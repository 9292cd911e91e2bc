/** Every code of these tasks has words in both languages, with the same values; none is left over. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import IntlMessageFormat from 'intl-messageformat'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
type Texts = Record<string, Record<string, string>>
const load = (language: string, task: string): Texts =>
  JSON.parse(readFileSync(join(root, `shared/findings/${language}/${task}.json`), 'utf8'))

interface Element {
  type: number
  value?: string
  options?: Record<string, { value: Element[] }>
}

/** Names of the values in a message, however deep. Type 0 is text, 7 is `#`. */
function values(message: string): string[] {
  const names = new Set<string>()
  const visit = (elements: Element[]) => {
    for (const { type, value, options } of elements) {
      if (type !== 0 && type !== 7) names.add(value!)
      for (const option of Object.values(options ?? {})) visit(option.value)
    }
  }
  visit(new IntlMessageFormat(message, 'en', undefined, { ignoreTag: true }).getAst() as Element[])
  return [...names].sort()
}

/** String literals that could be codes, and those put together from a kind. */
function codesOf(task: string): Set<string> {
  const folder = join(root, 'electron/repair', task)
  const source = readdirSync(folder)
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')
  const literals = [...source.matchAll(/'([a-z][a-z\d-]+)'/g)].map(([, literal]) => literal!)
  // Put together from a kind: `net-…`, `fstab-…`, `fs-repair-…`.
  const made = ['net', 'fstab', 'fs-repair'].flatMap((prefix) => literals.map((literal) => `${prefix}-${literal}`))
  return new Set([...literals, ...made])
}

describe.each(['access', 'boot', 'firewall', 'network', 'speed'])('words of %s', (task) => {
  const [en, fr] = [load('en', task), load('fr', task)]

  it('are there in both languages, with the same parts and values', () => {
    expect(Object.keys(fr)).toEqual(Object.keys(en))
    for (const [code, parts] of Object.entries(en)) {
      expect({ code, parts: Object.keys(fr[code]!) }).toEqual({ code, parts: Object.keys(parts) })
      for (const [part, message] of Object.entries(parts))
        expect({ code, part, names: values(fr[code]![part]!) }).toEqual({ code, part, names: values(message) })
    }
  })

  it('are all used', () => {
    const used = codesOf(task)
    expect(Object.keys(en).filter((code) => !used.has(code))).toEqual([])
  })

  it('are there for every finding and proposal', () => {
    const folder = join(root, 'electron/repair', task)
    const source = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n')
    const findings = [...source.matchAll(/findingOf\(\s*(?:'[^']*'|`[^`]*`|\w+),\s*(?:'\w+'|\w+),\s*'([a-z-]+)'/g)].map(([, code]) => code!)
    const proposals = [...source.matchAll(/proposalOf\(\s*'([a-z-]+)'/g)].map(([, code]) => code!)
    expect(findings.length).toBeGreaterThan(3)
    expect(findings.filter((code) => !en[code]?.title || !en[code]?.text)).toEqual([])
    expect(proposals.filter((code) => !en[code]?.title || !en[code]?.do)).toEqual([])
  })

  it('have no-break spaces before French punctuation', () => {
    const loose = Object.values(fr)
      .flatMap((parts) => Object.values(parts))
      .filter((text) => / [:;?!»]|« /.test(text))
    expect(loose).toEqual([])
  })
})
