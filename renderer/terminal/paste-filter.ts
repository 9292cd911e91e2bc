/**
 * What is pasted, dropped or middle-clicked into a terminal. A text copied from a web page can hold what the eye does not see:
 * ESC sequences that end a bracketed paste early, or a line break that runs a command. Control characters never reach the
 * server (C0 except tab and line breaks, DEL, C1), and what a shell would run at once is asked about first.
 */
export interface FilteredPaste {
  /** Line breaks are LF. */
  text: string
  /** How many control characters were taken out, by line number from 1. */
  removed: { line: number; count: number }[]
}

const controls = /[\0-\x08\x0b-\x1f\x7f-\x9f]/g

export function filterPaste(raw: string): FilteredPaste {
  const removed: FilteredPaste['removed'] = []
  const lines = raw
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line, index) => {
      const kept = line.replace(controls, '')
      if (kept.length < line.length) removed.push({ line: index + 1, count: line.length - kept.length })
      return kept
    })
  return { text: lines.join('\n'), removed }
}

/** Larger pastes are asked about even when the shell has asked for bracketed paste: what Windows Terminal warns about, too. */
export const largePaste = 5 * 1024

/** Why a paste is asked about, or undefined when it goes straight through. */
export function pasteQuestion(text: string, bracketed: boolean): 'runs' | 'large' | undefined {
  if (!bracketed && text.includes('\n')) return 'runs'
  return text.length > largePaste ? 'large' : undefined
}

/** Lines a person would count: a line break at the end does not begin another one. */
export const pasteLines = (text: string): string[] => text.replace(/\n$/, '').split('\n')
export const endsInBreak = (text: string): boolean => text.endsWith('\n')
export const withoutLastBreak = (text: string): string => text.replace(/\n$/, '')
