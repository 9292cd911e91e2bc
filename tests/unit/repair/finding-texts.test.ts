/** Every code of these tasks has words in both languages, with the same values; none is left over. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findingText, valuesNamed } from '../../../shared/findings/text.js'

const root = join(import.meta.dirname, '../../..')
type Texts = Record<string, Record<string, string>>
const load = (language: string, task: string): Texts =>
  JSON.parse(readFileSync(join(root, `shared/findings/${language}/${task}.json`), 'utf8'))

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
      for (const part of Object.keys(parts) as ('title' | 'text' | 'do')[]) {
        const names = (language: 'en' | 'fr') => [...valuesNamed(code, part, language)].sort()
        expect({ code, part, names: names('fr') }).toEqual({ code, part, names: names('en') })
      }
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

it('costs one word when a value is missing', () => {
  expect(findingText({ code: 'space-fine', values: {} }, 'title', 'en')).toBe('? % of the disk is free')
  for (const language of ['en', 'fr'] as const)
    expect(findingText({ code: 'remove-old-logs', values: {} }, 'title', language)).toMatch(/NaN|\?/)
})
