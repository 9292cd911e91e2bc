import { describe, expect, it } from 'vitest'
import { planResume } from '../../../electron/files/resume.js'

const MB = 1024 * 1024
const checkpoint = { path: '/big', part: '/.big.part', size: 10 * MB, mtime: 100, whole: 6 * MB }
const source = { size: 10 * MB, mtime: 100 }
const anew = { from: 0, verify: undefined }

describe('going on where it stopped', () => {
  it('starts at what is whole, and compares the last megabyte first', () => {
    expect(planResume(checkpoint, '/big', source, 8 * MB)).toEqual({ from: 6 * MB, verify: { from: 5 * MB, to: 6 * MB } })
  })
  it('never beyond the unfinished file', () => {
    expect(planResume(checkpoint, '/big', source, 2 * MB).from).toBe(2 * MB)
  })
  it('compares from the beginning of a short one', () => {
    expect(planResume({ ...checkpoint, whole: 1000 }, '/big', source, MB).verify).toEqual({ from: 0, to: 1000 })
  })
  it.each([
    ['nothing is remembered', undefined, '/big', source, 8 * MB],
    ['it was another file', checkpoint, '/other', source, 8 * MB],
    ['the source has another size', checkpoint, '/big', { ...source, size: 11 * MB }, 8 * MB],
    ['the source has another time', checkpoint, '/big', { ...source, mtime: 101 }, 8 * MB],
    ['the unfinished file is gone', checkpoint, '/big', source, undefined],
    ['it is empty', checkpoint, '/big', source, 0],
  ] as const)('is from the beginning when %s', (_why, known, path, now, part) => {
    expect(planResume(known, path, now, part)).toEqual(anew)
  })
})
