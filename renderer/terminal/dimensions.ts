/** Size of a terminal in columns and rows, before and after there is one. */
import type { Dimensions } from '../../shared/terminal-session.js'

export const fontFamily = '"JetBrains Mono", "Cascadia Mono", "Liberation Mono", "DejaVu Sans Mono", monospace'
/** Line height 17 px at 13 px: one third more than the letters, as the design has it. */
const lineRatio = 17 / 13

export interface CellSize {
  width: number
  height: number
}

let loading: Promise<unknown> | undefined
/** Regular, bold and italic: with one of them missing, cells would be measured with a fallback font. Settled, never failed. */
export function loadTerminalFonts(): Promise<unknown> {
  loading ??= Promise.allSettled(['13px', 'bold 13px', 'italic 13px'].map((style) => document.fonts.load(`${style} "JetBrains Mono"`)))
  return loading
}

/** Columns and rows that fit into a box of pixels, within what the protocol allows. */
export function fitDimensions(box: { width: number; height: number }, cell: CellSize): Dimensions {
  const clamp = (n: number, least: number) => Math.max(least, Math.min(1000, Math.floor(n)))
  return { cols: clamp(box.width / cell.width, 2), rows: clamp(box.height / cell.height, 1) }
}

/** The letter's own size: width of one column, natural height of a line. */
export function measureCharacter(fontSize: number): CellSize {
  const probe = document.createElement('span')
  probe.style.cssText = `position:absolute;visibility:hidden;white-space:pre;line-height:normal;font:${fontSize}px ${fontFamily}`
  probe.textContent = 'W'.repeat(32)
  document.body.append(probe)
  const { width, height } = probe.getBoundingClientRect()
  probe.remove()
  return { width: width / 32 || fontSize * 0.6, height: height || fontSize * 1.32 }
}

/** xterm's `lineHeight` is a factor on the natural height, 1 at least. */
export const lineHeightFactor = (fontSize: number) =>
  Math.max(1, Math.round(fontSize * lineRatio) / Math.ceil(measureCharacter(fontSize).height))

/** Padding of `.rt-term-host`, the frame and legend of a rescue or practice terminal, tabs and status line. */
const chrome = { padding: 16, tabs: 36, status: 26, legend: 24, frame: 4 }

/**
 * What a terminal opened now would measure, so that the remote one has the right size from its first line: like the terminal
 * on screen, else what the centre of the window leaves for one.
 */
export function measureDimensions(fontSize = 13): Dimensions {
  const char = measureCharacter(fontSize)
  const cell = { width: char.width, height: Math.max(Math.round(fontSize * lineRatio), Math.ceil(char.height)) }
  const stack = [...document.querySelectorAll<HTMLElement>('.rt-term-stack')].find((one) => one.offsetParent !== null)
  if (stack) return fitDimensions({ width: stack.clientWidth - chrome.padding, height: stack.clientHeight - 12 }, cell)
  const centre = document.querySelector('.rt-centre')
  if (!centre) return { cols: 80, rows: 24 }
  const { clientWidth, clientHeight } = centre
  return fitDimensions({ width: clientWidth - chrome.padding, height: clientHeight - chrome.tabs - chrome.status - 12 }, cell)
}
