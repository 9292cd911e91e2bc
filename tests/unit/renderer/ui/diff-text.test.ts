import { describe, expect, it } from 'vitest'
import { changedParts } from '../../../../renderer/ui/changed-parts.js'
import { shortenKey } from '../../../../renderer/ui/shorten-key.js'

describe('where two lines differ', () => {
  it.each([
    ['a ssh-rsa K', 'a ssh-rsa K', ['a ssh-rsa K', '', '', '']],
    ['web.example.net,203.0.113.7 ssh-rsa K', 'web.example.net ssh-rsa K', ['web.example.net', ',203.0.113.7', '', ' ssh-rsa K']],
    ['web.example.net,10.0.0.1 T K', 'web.example.org,10.0.0.1 T K', ['', 'web.example.net', 'web.example.org', ',10.0.0.1 T K']],
    ['a,b,a T K', 'a T K', ['a', ',b,a', '', ' T K']],
    ['', 'a', ['', '', 'a', '']],
  ])('%s → %s', (before, after, [head, old, fresh, tail]) =>
    expect(changedParts(before, after)).toEqual({ head, before: old, after: fresh, tail }),
  )

  it('gives both texts back', () => {
    for (const [before, after] of [
      ['x,y z', 'y z x'],
      [' a', 'a '],
      [',,', ','],
    ] as const) {
      const parts = changedParts(before, after)
      expect(parts.head + parts.before + parts.tail).toBe(before)
      expect(parts.head + parts.after + parts.tail).toBe(after)
    }
  })
})

describe('a shortened line', () => {
  it('loses the middle of the key and nothing else', () =>
    expect(shortenKey(`web.example.net,203.0.113.7 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5${'x'.repeat(36)}Zfcad2345678 a comment`)).toBe(
      'web.example.net,203.0.113.7 ssh-ed25519 AAAAC3NzaC1lZDI1…d2345678 a comment',
    ))
  it('keeps hashed names, short keys, long names and notes whole', () => {
    for (const text of [
      '|1|n4CsgBso9FEufbekR98f2mO7DgU=|ym7Fwp9NhqflrjiptvQTKNtvm7c= ssh-ed25519 AAAAshort',
      `${'n'.repeat(80)} ssh-rsa AAAAB3`,
      '# RescueTerm 2026-11-24: lines that start with "#rescueterm:k7f3q " are set aside',
    ])
      expect(shortenKey(text)).toBe(text)
  })
})
