/**
 * A line editor as a shell's readline, over a terminal in raw mode: text goes in, echo and finished lines come out. Pure state,
 * no streams. Keys: printing characters, Backspace, ^U ^K ^W ^A ^E ^L, arrows, Home, End, Delete, history, Tab, ^C, ^D, Enter;
 * bracketed paste (a pasted line break is entered, as bash without the mode would do once the paste ends).
 */
export type EditorEvent = { kind: 'line'; text: string } | { kind: 'interrupt' } | { kind: 'end-of-input' }

export interface LineEditor {
  /** Shows the prompt and begins a new line. */
  begin(prompt: string): string
  /** @returns what to write to the terminal, and the first event; input after it waits for the next call (after `begin`). */
  feed(input: string): { echo: string; event?: EditorEvent }
}

// Far above any line typed here; a flood of bytes without a line break stops growing.
const MAX_LINE = 4096

export function createLineEditor(o: { history: string[]; complete(before: string): string[] }): LineEditor {
  let prompt = ''
  let line: string[] = []
  let cursor = 0
  let pending = ''
  let position = 0
  let draft = ''

  const back = (n: number) => (n > 0 ? `\x1b[${n}D` : '')
  /** Rewrites what stands right of the cursor and returns to it. */
  const tail = () => `\x1b[K${line.slice(cursor).join('')}${back(line.length - cursor)}`
  function replaceLine(text: string): string {
    const start = back(cursor)
    line = [...text]
    cursor = line.length
    return `${start}\x1b[K${text}`
  }
  function insert(text: string): string {
    const characters = [...text].slice(0, Math.max(0, MAX_LINE - line.length))
    line.splice(cursor, 0, ...characters)
    cursor += characters.length
    return cursor === line.length ? characters.join('') : `${characters.join('')}${tail()}`
  }
  function erase(from: number, to: number): string {
    const moved = cursor - from
    line.splice(from, to - from)
    cursor = from
    return back(moved) + tail()
  }
  function recall(step: number): string {
    const next = position + step
    if (next < 0 || next > o.history.length) return '\x07'
    if (position === o.history.length) draft = line.join('')
    position = next
    return replaceLine(next === o.history.length ? draft : o.history[next]!)
  }
  function complete(): string {
    const before = line.slice(0, cursor).join('')
    const word = /\S*$/.exec(before)![0]
    const choices = o.complete(before)
    if (choices.length === 0) return '\x07'
    const common = choices.reduce((left, right) => {
      let length = 0
      while (length < left.length && left[length] === right[length]) length++
      return left.slice(0, length)
    })
    if (choices.length === 1) return insert(common.slice(word.length) + (common.endsWith('/') ? '' : ' '))
    if (common.length > word.length) return insert(common.slice(word.length))
    return `\r\n${choices.map((choice) => choice.replace(/^.*\/(?=.)/, '')).join('  ')}\r\n${prompt}${line.join('')}${back(line.length - cursor)}`
  }
  function perform(sequence: string): string {
    switch (sequence) {
      case '\x1b[A':
      case '\x1bOA':
        return recall(-1)
      case '\x1b[B':
      case '\x1bOB':
        return recall(1)
      case '\x1b[C':
      case '\x1bOC':
        return move(Math.min(cursor + 1, line.length))
      case '\x1b[D':
      case '\x1bOD':
        return move(Math.max(cursor - 1, 0))
      case '\x1b[H':
      case '\x1bOH':
      case '\x1b[1~':
        return move(0)
      case '\x1b[F':
      case '\x1bOF':
      case '\x1b[4~':
        return move(line.length)
      case '\x1b[3~':
        return cursor < line.length ? erase(cursor, cursor + 1) : ''
      default:
        return ''
    }
  }
  function move(to: number): string {
    const echo = to < cursor ? back(cursor - to) : to > cursor ? `\x1b[${to - cursor}C` : ''
    cursor = to
    return echo
  }

  return {
    begin(text) {
      prompt = text
      line = []
      cursor = 0
      position = o.history.length
      draft = ''
      return prompt
    },
    feed(input) {
      pending += input
      let echo = ''
      while (pending) {
        if (pending[0] === '\x1b') {
          const sequence = /^\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|[^[O])/.exec(pending)?.[0]
          if (!sequence) {
            // An unfinished sequence waits for its rest; a stray one is dropped before it can grow.
            if (pending.length > 32) pending = pending.slice(1)
            return { echo }
          }
          pending = pending.slice(sequence.length)
          echo += perform(sequence)
          continue
        }
        const key = String.fromCodePoint(pending.codePointAt(0)!)
        pending = pending.slice(key.length)
        switch (key) {
          case '\r':
          case '\n': {
            if (key === '\r' && pending[0] === '\n') pending = pending.slice(1)
            return { echo: `${echo}${move(line.length)}\r\n`, event: { kind: 'line', text: line.join('') } }
          }
          case '\x03':
            return { echo: `${echo}^C\r\n`, event: { kind: 'interrupt' } }
          case '\x04':
            if (line.length === 0) return { echo, event: { kind: 'end-of-input' } }
            if (cursor < line.length) echo += erase(cursor, cursor + 1)
            break
          case '\x7f':
          case '\b':
            echo += cursor > 0 ? erase(cursor - 1, cursor) : '\x07'
            break
          case '\x15':
            echo += erase(0, cursor)
            break
          case '\x0b':
            echo += erase(cursor, line.length)
            break
          case '\x17':
            echo += erase(/\S*\s*$/.exec(line.slice(0, cursor).join(''))!.index, cursor)
            break
          case '\x01':
            echo += move(0)
            break
          case '\x05':
            echo += move(line.length)
            break
          case '\x0c':
            echo += `\x1b[H\x1b[2J${prompt}${line.join('')}${back(line.length - cursor)}`
            break
          case '\t':
            echo += complete()
            break
          default:
            if (key >= ' ') echo += insert(key)
        }
      }
      return { echo }
    },
  }
}
