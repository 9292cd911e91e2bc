/** Size of a terminal in columns and rows, before and after there is one. */
import type { Dimensions } from '../../shared/terminal-session.js'

export const fontFamily = '"JetBrains Mono", "Cascadia Mono", "Liberation Mono", "DejaVu Sans Mono", monospace'

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

/** One cell: the bundled font's natural line is 17 px high at 13 px, what the design asks for. */
function measureCell(fontSize: number): CellSize {
  const probe = document.createElement('span')
  probe.style.cssText = `position:absolute;visibility:hidden;white-space:pre;line-height:normal;font:${fontSize}px ${fontFamily}`
  probe.textContent = 'W'.repeat(32)
  document.body.append(probe)
  const { width, height } = probe.getBoundingClientRect()
  probe.remove()
  return { width: width / 32 || fontSize * 0.6, height: height || fontSize * 1.32 }
}

/** Pixels that are not the terminal's: terminal.css, tabs.css and styles.css have the same numbers. */
const narrow = '(max-width: 1120px)'
const tabs = 36
const status = 26
const legend = { width: 4, height: 28 }

/**
 * What a terminal opened now will measure, so that the remote one has the right size from its first line. `withPanel`: the
 * session brings its panel and a legend (practice, a server in rescue).
 */
export function measureDimensions({ fontSize, withPanel }: { fontSize: number; withPanel: boolean }): Dimensions {
  const centre = document.querySelector('.rt-centre')
  if (!centre) return { cols: 80, rows: 24 }
  const isNarrow = matchMedia(narrow).matches
  const panel = document.querySelector('.rt-panel')?.clientWidth ?? 0
  const wanted = withPanel ? (isNarrow ? 268 : 384) : 0
  const padding = isNarrow ? { width: 12, height: 8 } : { width: 16, height: 12 }
  const room = { width: centre.clientWidth + panel - wanted, height: centre.clientHeight - tabs - status }
  const framed = withPanel ? legend : { width: 0, height: 0 }
  return fitDimensions(
    { width: room.width - framed.width - padding.width, height: room.height - framed.height - padding.height },
    measureCell(fontSize),
  )
}
