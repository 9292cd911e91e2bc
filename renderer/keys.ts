/**
 * The keyboard map. With a terminal focused only these keys are ours: function keys, Esc and Ctrl+letter go to the server.
 * `matchShortcut` is pure; app.tsx runs window commands, the terminal in front runs the rest (`onTerminalCommand`).
 */
export type Platform = 'linux' | 'darwin' | 'win32'

export const shortcutNames = [
  'new-tab',
  'close-tab',
  'next-tab',
  'previous-tab',
  'tab-n',
  'tab-last',
  'palette',
  'filter',
  'servers',
  'panel',
  'files',
  'next-region',
  'previous-region',
  'copy',
  'paste',
  'search',
  'clear',
  'larger',
  'smaller',
  'reset-size',
  'settings',
] as const
export type ShortcutName = (typeof shortcutNames)[number]
export type Shortcut = { name: Exclude<ShortcutName, 'tab-n'> } | { name: 'tab-n'; position: number }

/** A key as `event.key` says it without Shift (letters upper case), with its modifiers. */
interface Chord {
  key: string
  ctrl?: true
  shift?: true
  alt?: true
  meta?: true
}
type Table = Record<Exclude<ShortcutName, 'tab-n'>, readonly Chord[]>

const ctrl = (key: string): Chord => ({ key, ctrl: true })
const ctrlShift = (key: string): Chord => ({ key, ctrl: true, shift: true })
const meta = (key: string): Chord => ({ key, meta: true })
const metaShift = (key: string): Chord => ({ key, meta: true, shift: true })

const pc: Table = {
  'new-tab': [ctrlShift('T')],
  'close-tab': [ctrlShift('W')],
  'next-tab': [ctrl('Tab')],
  'previous-tab': [ctrlShift('Tab')],
  'tab-last': [{ key: '9', alt: true }],
  palette: [ctrlShift('P')],
  filter: [ctrlShift('L')],
  servers: [ctrlShift('B')],
  panel: [ctrlShift('R')],
  files: [ctrlShift('S')],
  'next-region': [ctrl('F6')],
  'previous-region': [ctrlShift('F6')],
  copy: [ctrlShift('C'), ctrl('Insert')],
  paste: [ctrlShift('V'), { key: 'Insert', shift: true }],
  search: [ctrlShift('F')],
  clear: [ctrlShift('K')],
  larger: [ctrl('+'), ctrlShift('+')],
  smaller: [ctrl('-')],
  'reset-size': [ctrl('0')],
  settings: [ctrl(',')],
}

const mac: Table = {
  ...pc,
  'new-tab': [meta('T')],
  'close-tab': [meta('W')],
  'next-tab': [ctrl('Tab'), metaShift(']')],
  'previous-tab': [ctrlShift('Tab'), metaShift('[')],
  'tab-last': [meta('9')],
  palette: [metaShift('P')],
  filter: [meta('L')],
  servers: [meta('B')],
  panel: [metaShift('R')],
  files: [metaShift('S')],
  copy: [meta('C')],
  paste: [meta('V')],
  search: [meta('F')],
  clear: [meta('K')],
  larger: [meta('+'), metaShift('+')],
  smaller: [meta('-')],
  'reset-size': [meta('0')],
  settings: [meta(',')],
}

export interface KeyPress {
  key: string
  code: string
  ctrlKey: boolean
  shiftKey: boolean
  altKey: boolean
  metaKey: boolean
}

/** The command of a key press, or undefined: then the key is the terminal's (or the field's). */
export function matchShortcut(press: KeyPress, platform: Platform): Shortcut | undefined {
  const table = platform === 'darwin' ? mac : pc
  const onlyAlt = press.altKey && !press.ctrlKey && !press.metaKey && !press.shiftKey
  const onlyMeta = press.metaKey && !press.ctrlKey && !press.altKey && !press.shiftKey
  // By position: on a French keyboard the digits row needs Shift to give digits.
  const digit = /^(?:Digit|Numpad)([1-8])$/.exec(press.code)?.[1]
  if (digit && (platform === 'darwin' ? onlyMeta : onlyAlt)) return { name: 'tab-n', position: Number(digit) - 1 }
  const key = normalKey(press)
  for (const name of Object.keys(table) as (keyof Table)[]) {
    if (table[name].some((chord) => fits(chord, key, press))) return { name }
  }
  return undefined
}

function fits(chord: Chord, key: string, press: KeyPress) {
  return (
    chord.key === key &&
    !!chord.ctrl === press.ctrlKey &&
    !!chord.alt === press.altKey &&
    !!chord.meta === press.metaKey &&
    !!chord.shift === press.shiftKey
  )
}

function normalKey({ key, code, shiftKey }: KeyPress) {
  if (key === '=' && !shiftKey) return '+' // Ctrl+= is Ctrl++ without Shift on many keyboards
  if (code === 'Digit9' || code === 'Numpad9') return '9'
  if (code === 'Digit0' || code === 'Numpad0') return '0'
  if (key === '{') return '['
  if (key === '}') return ']'
  return key.length === 1 ? key.toUpperCase() : key
}

const macSigns = { ctrl: '⌃', alt: '⌥', shift: '⇧', meta: '⌘' }

/** The keys to press, one per part: `['Ctrl', 'Shift', 'P']`, on macOS `['⌘⇧P']`. */
export function shortcutKeys(name: ShortcutName, platform: Platform): string[] {
  if (name === 'tab-n') return platform === 'darwin' ? ['⌘1…8'] : ['Alt', '1…8']
  const chord = (platform === 'darwin' ? mac : pc)[name][0]
  if (!chord) return []
  if (platform === 'darwin') {
    const signs = (['ctrl', 'alt', 'shift', 'meta'] as const).filter((one) => chord[one]).map((one) => macSigns[one])
    return [`${signs.join('')}${chord.key}`]
  }
  return [...(chord.ctrl ? ['Ctrl'] : []), ...(chord.alt ? ['Alt'] : []), ...(chord.shift ? ['Shift'] : []), chord.key]
}

export type TerminalCommand = 'copy' | 'paste' | 'search' | 'clear'
const terminalListeners = new Set<(command: TerminalCommand) => void>()

/** The terminal in front listens; returns the way to stop. */
export function onTerminalCommand(listener: (command: TerminalCommand) => void): () => void {
  terminalListeners.add(listener)
  return () => terminalListeners.delete(listener)
}

/** From keys, the palette and the menu. */
export function runTerminalCommand(command: TerminalCommand) {
  for (const listener of terminalListeners) listener(command)
}
