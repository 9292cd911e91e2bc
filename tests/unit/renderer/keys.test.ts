import { describe, expect, it } from 'vitest'
import { type KeyPress, matchShortcut, shortcutKeys, shortcutNames } from '../../../renderer/keys.js'

function press(text: string, o: Partial<KeyPress> = {}): KeyPress {
  const parts = text.split('+').filter(Boolean)
  const key = text.endsWith('++') ? '+' : (parts.at(-1) ?? '')
  const has = (name: string) => parts.slice(0, text.endsWith('++') ? undefined : -1).includes(name)
  return {
    key,
    code: /^\d$/.test(key) ? `Digit${key}` : /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key,
    ctrlKey: has('Ctrl'),
    shiftKey: has('Shift'),
    altKey: has('Alt'),
    metaKey: has('Meta'),
    ...o,
  }
}
const on = (platform: 'linux' | 'darwin') => (text: string, o?: Partial<KeyPress>) => matchShortcut(press(text, o), platform)

describe('keys on Linux and Windows', () => {
  const match = on('linux')
  it.each([
    ['Ctrl+Shift+T', 'new-tab'],
    ['Ctrl+Shift+W', 'close-tab'],
    ['Ctrl+Tab', 'next-tab'],
    ['Ctrl+Shift+Tab', 'previous-tab'],
    ['Alt+9', 'tab-last'],
    ['Ctrl+Shift+C', 'copy'],
    ['Ctrl+Insert', 'copy'],
    ['Shift+Insert', 'paste'],
    ['Ctrl+Shift+F', 'search'],
    ['Ctrl+Shift+P', 'palette'],
    ['Ctrl++', 'larger'],
    ['Ctrl+=', 'larger'],
    ['Ctrl+-', 'smaller'],
    ['Ctrl+0', 'reset-size'],
    ['Ctrl+F6', 'next-region'],
    ['Ctrl+Shift+F6', 'previous-region'],
    ['Ctrl+Shift+L', 'filter'],
    ['Ctrl+Shift+B', 'servers'],
    ['Ctrl+Shift+R', 'panel'],
    ['Ctrl+,', 'settings'],
    ['Ctrl+Shift+K', 'clear'],
  ])('%s is %s', (text, name) => expect(match(text)).toEqual({ name }))

  it('reaches tabs 1 to 8 by the position of the digit, whatever the layout makes of it', () => {
    expect(match('Alt+3')).toEqual({ name: 'tab-n', position: 2 })
    expect(match('Alt+"', { code: 'Digit3', key: '"' })).toEqual({ name: 'tab-n', position: 2 })
    expect(match('Alt+ç', { code: 'Digit9', key: 'ç' })).toEqual({ name: 'tab-last' })
    expect(match('Ctrl+à', { code: 'Digit0', key: 'à' })).toEqual({ name: 'reset-size' })
  })
  it.each([
    'Ctrl+c',
    'Ctrl+w',
    'Ctrl+t',
    'Ctrl+r',
    'Escape',
    'F1',
    'F11',
    'Alt+b',
    'Alt+ArrowLeft',
    'Ctrl+Shift+X',
    'Tab',
    'a',
    'Shift+A',
    '9',
    '0',
  ])('%s goes to the server', (text) => expect(match(text)).toBeUndefined())
  it('never takes AltGr, which is Ctrl+Alt on Windows', () => {
    expect(match('Ctrl+Alt+0')).toBeUndefined()
    expect(match('Ctrl+Alt+3')).toBeUndefined()
  })
})

describe('keys on macOS', () => {
  const match = on('darwin')
  it.each([
    ['Meta+t', 'new-tab'],
    ['Meta+w', 'close-tab'],
    ['Meta+Shift+]', 'next-tab'],
    ['Meta+Shift+{', 'previous-tab'],
    ['Meta+Shift+P', 'palette'],
    ['Meta+k', 'clear'],
    ['Meta+,', 'settings'],
  ])('%s is %s', (text, name) => expect(match(text)).toEqual({ name }))
  it('leaves Ctrl+letter and Alt+digit to the server', () => {
    expect(match('Ctrl+Shift+T')).toBeUndefined()
    expect(match('Alt+1')).toBeUndefined()
    expect(match('Meta+2')).toEqual({ name: 'tab-n', position: 1 })
  })
})

it('names the keys of every shortcut', () => {
  for (const name of shortcutNames) {
    expect(shortcutKeys(name, 'linux').length).toBeGreaterThan(0)
    expect(shortcutKeys(name, 'darwin').length).toBeGreaterThan(0)
  }
  expect(shortcutKeys('palette', 'linux')).toEqual(['Ctrl', 'Shift', 'P'])
  expect(shortcutKeys('palette', 'darwin')).toEqual(['⇧⌘P'])
})
