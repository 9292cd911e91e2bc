import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { localEditName } from '../../../electron/files/edits.js'
import { isName } from '../../../electron/files/file-system.js'
import { localName, numbered } from '../../../electron/files/plan.js'
import { partName } from '../../../electron/files/transfer.js'
import { decodePath, encodePath } from '../../../electron/path-bytes.js'
import { showName } from '../../../shared/file-names.js'

describe('paths of any bytes', () => {
  it('come back as they were', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => Buffer.from(bytes).equals(encodePath(decodePath(bytes)))))
  })
  it('are plain text where they are UTF-8, emoji included', () => {
    for (const text of ['/etc/fstab', 'é', '😀 🏁', '\ufeffbom']) {
      expect(decodePath(Buffer.from(text))).toBe(text)
      expect(encodePath(text)).toEqual(Buffer.from(text))
    }
  })
  it('keep bytes beside valid ones', () => expect(decodePath(Buffer.from([0x61, 0xff, 0xc3, 0xa9, 0xc3]))).toBe('a\udcffé\udcc3'))
})

describe('names', () => {
  it.each(['', '.', '..', 'a/b', '/', 'a\0'])('%j is none', (name) => expect(isName(name)).toBe(false))
  it.each(['a', '...', '-rf', '$(reboot)', 'a\nb'])('%j is one', (name) => expect(isName(name)).toBe(true))

  it('show what cannot be seen', () => {
    expect(showName('a\nb\x1b[2J')).toBe('a\\nb\\x1b[2J')
    expect(showName('x\u202etxt.exe')).toBe('x\\u{202e}txt.exe')
    expect(showName('bad\udcff')).toBe('bad\\xff')
    expect(showName('naïve 😀.txt')).toBe('naïve 😀.txt')
  })

  it.each([
    ['con', '_con'],
    ['aux.log', '_aux.log'],
    ['a:b', 'a_b'],
    ['..\\..\\evil', '.._.._evil'],
    ['end. .', 'end___'],
    ['bad\udcff', 'bad_'],
    ['console.log', 'console.log'],
  ])('%j becomes %j on Windows', (name, fitting) => expect(localName(name, 'win32')).toBe(fitting))
  it('stay as they are on Linux', () => expect(localName('a:b?\udcff', 'linux')).toBe('a:b?\udcff'))

  it('get a number before their ending', () => {
    expect(numbered('notes.txt', 2)).toBe('notes (2).txt')
    expect(numbered('.bashrc', 3)).toBe('.bashrc (3)')
  })

  it('of unfinished files fit into 255 bytes', () => {
    expect(Buffer.byteLength(partName('😀'.repeat(60), '/x', '12345678-9'))).toBeLessThanOrEqual(255)
    expect(partName('a.iso', '/a.iso', '0123456789')).toMatch(/^\.a\.iso\.[0-9a-f]{12}\.part$/)
  })

  it('of unfinished files are the same after a restart, and another one for each source and transfer', () => {
    const sources = ['/lists/a', '/lists/A', '/other/a', '/lists/\udcff', '/lists/\udcfe']
    const names = [...sources.map((from) => partName('a', from, 'one')), partName('a', '/lists/a', 'two')]
    expect(new Set(names).size).toBe(names.length)
    expect(partName('a', '/lists/a', 'one')).toBe(names[0])
  })

  it('of edited copies are never those of programs', () => {
    expect(localEditName('/etc/nginx/nginx.conf')).toBe('nginx.conf')
    expect(localEditName('/etc/fstab')).toBe('fstab.txt')
    for (const name of ['run.exe', 'x.desktop', 'a.bat', 'deploy.sh', 'index.html', 'a.js'])
      expect(localEditName(`/x/${name}`)).toBe(`${name}.txt`)
    expect(localEditName('/x/a\n$(id).conf')).toBe('a___id_.conf')
  })
})
