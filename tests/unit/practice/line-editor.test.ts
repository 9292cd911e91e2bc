import { expect, test } from 'vitest'
import { createLineEditor } from '../../../electron/practice/line-editor.js'

/** A one-line screen: what a terminal would show after the echo. */
function screen(text: string): string {
  let line: string[] = []
  let cursor = 0
  for (let i = 0; i < text.length; ) {
    const sequence = /^\x1b\[(\d*)([A-Za-z])/.exec(text.slice(i))
    if (sequence) {
      const n = Number(sequence[1] || 1)
      if (sequence[2] === 'D') cursor -= n
      else if (sequence[2] === 'C') cursor += n
      else if (sequence[2] === 'K') line = line.slice(0, cursor)
      i += sequence[0].length
      continue
    }
    const character = text[i++]!
    if (character === '\x07' || character === '\r' || character === '\n') continue
    line[cursor++] = character
  }
  return line.join('')
}

const create = (history: string[] = [], complete = (_before: string): string[] => []) => createLineEditor({ history, complete })

test.each([
  ['plain', 'echo hi', 'echo hi'],
  ['backspace', 'lss\x7f -l', 'ls -l'],
  ['left and insert', 'ac\x1b[Db', 'abc'],
  ['home, end', 'bc\x1b[Ha\x1b[Fd', 'abcd'],
  ['^A ^E', 'bc\x01a\x05d', 'abcd'],
  ['delete', 'abx\x1b[D\x1b[3~c', 'abc'],
  ['^U', 'wrong\x15right', 'right'],
  ['^K', 'abcd\x1b[D\x1b[D\x0b', 'ab'],
  ['^W', 'mount /dev/sda\x17/mnt', 'mount /mnt'],
  ['UTF-8', 'é→\x7fü', 'éü'],
  ['unknown sequences', 'a\x1b[24~b\x1bOPc', 'abc'],
  ['bracketed paste', '\x1b[200~ls\x1b[201~', 'ls'],
  ['cursor beyond both ends', '\x1b[Da\x1b[C\x1b[Cb', 'ab'],
])('%s', (_name, keys, line) => {
  const editor = create()
  editor.begin('')
  const typed = editor.feed(keys)
  expect(screen(typed.echo)).toBe(line)
  expect(editor.feed('\r').event).toEqual({ kind: 'line', text: line })
})

test('history goes up and down and keeps the draft', () => {
  const editor = create(['one', 'two'])
  editor.begin('')
  expect(screen(editor.feed('dra\x1b[A').echo)).toBe('two')
  editor.feed('\x1b[A\x1b[A')
  editor.feed('\x1b[B\x1b[B')
  expect(editor.feed('ft\r').event).toEqual({ kind: 'line', text: 'draft' })
})

test('^C, ^D on an empty line and in a line, input after an event waits', () => {
  const editor = create()
  editor.begin('$ ')
  expect(editor.feed('x\x03ls\r')).toEqual({ echo: 'x^C\r\n', event: { kind: 'interrupt' } })
  editor.begin('$ ')
  expect(editor.feed('').event).toEqual({ kind: 'line', text: 'ls' })
  editor.begin('$ ')
  expect(editor.feed('\x04').event).toEqual({ kind: 'end-of-input' })
  editor.begin('$ ')
  expect(editor.feed('ab\x1b[D\x04\r').event).toEqual({ kind: 'line', text: 'a' })
})

test('Tab completes one, extends to what several share, lists them', () => {
  const names = ['/etc/fstab', '/etc/hostname', '/etc/hosts']
  const editor = create([], (before) => names.filter((name) => name.startsWith(/\S*$/.exec(before)![0])))
  editor.begin('$ ')
  expect(editor.feed('cat /etc/f\t').echo).toBe('cat /etc/fstab ')
  editor.begin('$ ')
  expect(editor.feed('/etc/h\t').echo).toBe('/etc/host')
  expect(editor.feed('\t').echo).toBe('\r\nhostname  hosts\r\n$ /etc/host')
  expect(editor.feed('zz\t').echo).toContain('\x07')
})

test('a flood without a line break stays bounded, an unfinished sequence is held', () => {
  const editor = create()
  editor.begin('')
  editor.feed('x'.repeat(100_000))
  const { event } = editor.feed('\r')
  expect(event?.kind === 'line' && event.text.length).toBe(4096)
  editor.begin('')
  expect(editor.feed('\x1b[').echo).toBe('')
  expect(editor.feed('Da\r').event).toEqual({ kind: 'line', text: 'a' })
})
