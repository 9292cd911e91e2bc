import { describe, expect, it } from 'vitest'
import { markHits, matchScore } from '../../../renderer/palette/match.js'

describe('search of the palette', () => {
  it('prefers the beginning of a word', () => {
    expect(matchScore('Rescue panel', 're')).toBe(2)
    expect(matchScore('Leave rescue', 're')).toBe(2)
    expect(matchScore('lore-archive', 're')).toBe(1)
    expect(matchScore('Settings', 're')).toBe(0)
    expect(matchScore('Settings', '')).toBe(1)
    expect(matchScore('Réglages', 'reg')).toBe(2)
  })
  it('marks the hit and keeps the text', () => {
    expect(markHits('lore-archive', 'RE')).toEqual([
      { text: 'lo', hit: false },
      { text: 're', hit: true },
      { text: '-archive', hit: false },
    ])
    expect(markHits('Réglages', 'reg')).toEqual([
      { text: 'Rég', hit: true },
      { text: 'lages', hit: false },
    ])
    expect(markHits('none', 'x')).toEqual([{ text: 'none', hit: false }])
  })
  it('survives emoji before the hit', () => {
    expect(markHits('🚀 web', 'web')).toEqual([
      { text: '🚀 ', hit: false },
      { text: 'web', hit: true },
    ])
  })
})
