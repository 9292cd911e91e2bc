/** Searching one terminal: the addon, what is marked, and where the current hit stands. */
import { SearchAddon } from '@xterm/addon-search'
import type { Terminal } from '@xterm/xterm'
import { searchColors, type TerminalLook } from './terminal-colors.js'

export interface SearchOptions {
  caseSensitive: boolean
  wholeWord: boolean
  regex: boolean
}

/** `atTop`: the current hit stands in the first lines of all, where a find bar at the top would cover it. */
export interface Matches {
  index: number
  count: number
  invalid: boolean
  atTop: boolean
}

export const noMatches: Matches = { index: -1, count: 0, invalid: false, atTop: false }
/** Lines that the find bar covers. */
const barLines = 3

export function createTerminalSearch(
  terminal: Terminal,
  o: { look(): TerminalLook; matches(): Matches; onMatches(matches: Matches): void; onDidShow(): void },
) {
  const addon = new SearchAddon()
  terminal.loadAddon(addon)
  addon.onDidChangeResults(({ resultIndex, resultCount }) =>
    o.onMatches({ ...o.matches(), index: resultIndex, count: resultCount, invalid: false }),
  )
  let isOn = false
  let searched: { text: string; how: SearchOptions } | undefined

  function show(on: boolean) {
    if (isOn === on) return
    isOn = on
    o.onDidShow()
  }

  function find(text: string, how: SearchOptions, step: 1 | -1, incremental: boolean) {
    if (!text || (how.regex && !isRegExp(text))) {
      addon.clearDecorations()
      terminal.clearSelection()
      return o.onMatches({ ...noMatches, invalid: text !== '' })
    }
    show(true)
    searched = { text, how }
    const options = { ...how, incremental, decorations: searchColors(o.look()) }
    if (step < 0) addon.findPrevious(text, options)
    else addon.findNext(text, options)
    // The find bar hides the first three lines on the right; a hit there comes down if there is something above it.
    const at = terminal.getSelectionPosition()?.start.y ?? barLines
    const { viewportY } = terminal.buffer.active
    if (at - viewportY < barLines) terminal.scrollLines(at - viewportY - barLines)
    const atTop = at < barLines
    if (atTop !== o.matches().atTop) o.onMatches({ ...o.matches(), atTop })
  }

  return {
    /** Hits are marked: the selection has the search's colours. */
    isOn: () => isOn,
    find,
    /** Hits keep the colours they were marked with: marked anew after the scheme changed, from the hit where they stood. */
    markAnew() {
      if (!isOn || !searched) return
      addon.clearDecorations()
      find(searched.text, searched.how, 1, true)
    },
    end() {
      show(false)
      addon.clearDecorations()
      o.onMatches(noMatches)
    },
  }
}

function isRegExp(text: string) {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}
