import { describe, expect, it } from 'vitest'
import { daysBetween, formatClock, formatDate, formatDuration, formatTime } from '../../../renderer/ui/format.js'

const local = (h: number, m: number, day = 24) => new Date(2026, 10, day, h, m, 5)

describe('times and durations', () => {
  it('writes 24-hour times in both languages', () => {
    expect(formatTime(local(2, 14).toISOString(), 'en')).toBe('02:14')
    expect(formatTime(local(14, 2).toISOString(), 'fr')).toBe('14:02')
    expect(formatTime(local(2, 14).toISOString(), 'en', { seconds: true })).toBe('02:14:05')
  })
  it('writes dates as files do', () => expect(formatDate(local(2, 14, 3).toISOString())).toBe('2026-11-03'))
  it.each([
    [0, '0:00'],
    [7_900, '0:07'],
    [157_000, '2:37'],
    [3_723_000, '1:02:03'],
    [-5, '0:00'],
  ])('clock %i → %s', (ms, text) => expect(formatClock(ms)).toBe(text))
  it.each([
    [59_000, '< 1 min', '< 1 min'],
    [48 * 60_000, '48 min', '48 min'],
    [117 * 60_000, '1 h 57', '1 h 57'],
    [61 * 60_000, '1 h 01', '1 h 01'],
    [28 * 3600_000, '1 d 4 h', '1 j 4 h'],
  ])('duration %i', (ms, en, fr) => {
    expect(formatDuration(ms, 'en').replaceAll('\u00a0', ' ')).toBe(en)
    expect(formatDuration(ms, 'fr').replaceAll('\u00a0', ' ')).toBe(fr)
  })
  it('counts calendar days, not hours', () => {
    expect(daysBetween(local(23, 59, 23), local(0, 1, 24))).toBe(1)
    expect(daysBetween(local(0, 1), local(23, 59))).toBe(0)
    expect(daysBetween(new Date(2026, 9, 24, 12), new Date(2026, 9, 26, 12))).toBe(2) // a night with 25 hours between
  })
})
