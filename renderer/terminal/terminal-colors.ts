import type { ITheme } from '@xterm/xterm'

export interface TerminalLook {
  scheme: 'dark' | 'light'
  rescue: boolean
}

/** Contrasts on both backgrounds were measured (4.5 or more, black on dark is lifted by `minimumContrastRatio`). */
const ansi = {
  dark: {
    black: '#2c3132',
    red: '#f0938a',
    green: '#8ecb85',
    yellow: '#dcc27a',
    blue: '#82b4ee',
    magenta: '#cfa3e2',
    cyan: '#6fc4be',
    white: '#d5dad9',
    brightBlack: '#828b8a',
    brightRed: '#f7b4ad',
    brightGreen: '#b0e0a8',
    brightYellow: '#ecd9a0',
    brightBlue: '#a9ccf5',
    brightMagenta: '#e0c3ee',
    brightCyan: '#9adcd7',
    brightWhite: '#f4f6f5',
  },
  light: {
    black: '#1a1e1e',
    red: '#a32a23',
    green: '#2f6b2a',
    yellow: '#6e5300',
    blue: '#1f5aa8',
    magenta: '#7a3a96',
    cyan: '#0b5e5d',
    white: '#5f6867',
    brightBlack: '#586160',
    brightRed: '#8a1f19',
    brightGreen: '#23561f',
    brightYellow: '#574100',
    brightBlue: '#164784',
    brightMagenta: '#602c78',
    brightCyan: '#074a4a',
    brightWhite: '#2c3231',
  },
} satisfies Record<TerminalLook['scheme'], ITheme>

const surfaces = {
  dark: { background: '#0e1011', foreground: '#d5dad9', cursor: '#d5dad9', selection: '#24504f' },
  'dark rescue': { background: '#14110a', foreground: '#d5dad9', cursor: '#f2b01e', selection: '#4a3a10' },
  light: { background: '#fcfdfc', foreground: '#1a1e1e', cursor: '#1a1e1e', selection: '#bfe3e0' },
  'light rescue': { background: '#fffaf0', foreground: '#1a1e1e', cursor: '#966600', selection: '#ffe3a3' },
}

const hit = '#127a77'

const surface = ({ scheme, rescue }: TerminalLook) => surfaces[rescue ? (`${scheme} rescue` as const) : scheme]

/** While searching, the selection is the current hit: filled petrol, white letters. */
export function terminalTheme(look: TerminalLook, searching: boolean): ITheme {
  const { background, foreground, cursor, ...rest } = surface(look)
  const selection = searching ? hit : rest.selection
  const thumb = look.scheme === 'dark' ? '#727a79' : '#848d8c'
  return {
    ...ansi[look.scheme],
    background,
    foreground,
    cursor,
    cursorAccent: background,
    selectionBackground: selection,
    selectionInactiveBackground: selection,
    ...(searching ? { selectionForeground: '#ffffff' } : {}),
    scrollbarSliderBackground: `${thumb}66`,
    scrollbarSliderHoverBackground: `${thumb}aa`,
    scrollbarSliderActiveBackground: thumb,
  }
}

/** Search hits have the selection colour. The overview ruler is off; its colours are required. */
export const searchColors = (look: TerminalLook) => ({
  matchBackground: surface(look).selection,
  matchOverviewRuler: surface(look).selection,
  activeMatchBackground: hit,
  activeMatchColorOverviewRuler: hit,
})
