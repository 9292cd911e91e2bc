/**
 * Finds the hashed name fields of a text that may stand for one of a few names. Small files are hashed in JavaScript, one field at a
 * time; once a file has shown some hundreds of fields, four at a time (`sha1-lanes.ts`).
 */
import { createHashTest, firstBits, initialState, readDigest, schedules } from './sha1.js'
import { createLanes, type Lanes } from './sha1-lanes.js'

/** Calls `found` with the offset of every field that fits; a few that do not may be among them. */
export type HashScan = (text: string, found: (at: number) => void) => void

/** Assembling and compiling the lanes takes about 10 ms, as long as this many fields in JavaScript. */
const fieldsBeforeLanes = 8000

/** Names are byte strings. The scan may be fed with one piece of a file after the other. */
export function createHashScan(names: readonly string[]): HashScan {
  const tests = names.map(createHashTest)
  let lanes: LaneTest | undefined
  let fields = 0
  return (text, found) => {
    for (let at = text.indexOf('|'); at >= 0; ) {
      if (text.charCodeAt(at + 1) !== 0x31 || text.charCodeAt(at + 2) !== 0x7c || text.charCodeAt(at + 31) !== 0x7c) {
        at = text.indexOf('|', at + 1)
        continue
      }
      if (++fields === fieldsBeforeLanes) lanes = createLaneTest(names)
      let isSalt = true
      if (lanes) isSalt = lanes.add(text, at, found)
      else {
        for (const test of tests) {
          const fits = test(text, at)
          if (fits) found(at)
          isSalt = fits !== undefined
        }
      }
      // A salt has no blank and no LF in it, so no other field can start there.
      at = text.indexOf('|', isSalt ? at + 32 : at + 1)
    }
    lanes?.flush(text, found)
  }
}

interface LaneTest {
  /** False if no 20-byte salt stands at the field. */
  add(text: string, at: number, found: (at: number) => void): boolean
  /** Before another text comes. */
  flush(text: string, found: (at: number) => void): void
}

// Addresses of vectors in the lanes' memory: states of 5 vectors, blocks of 16, then the names' prepared blocks of 80 words.
const start = 0
const inner = 128
const outer = 256
const digest = 384
const innerPad = 512
const outerPad = 768
const last = 1024
const prepared = 2048
const blockBytes = 320

function createLaneTest(names: readonly string[]): LaneTest | undefined {
  const blocks = names.map((name) => schedules(name, 64))
  const lanes = createLanes()
  if (!lanes || prepared + blocks.flat().length * blockBytes > lanes.words.byteLength) return undefined
  const addresses = prepareMemory(lanes, blocks)
  const { words, compress, compressExpanded } = lanes
  const salt = new Int32Array(5)
  const offsets = [0, 0, 0, 0]
  let count = 0
  const run = (text: string, found: (at: number) => void) => {
    compress(start, innerPad, inner)
    compress(start, outerPad, outer)
    for (const [first, ...rest] of addresses) {
      compressExpanded(inner, first!, last)
      for (const block of rest) compressExpanded(last, block, last)
      compress(outer, last, digest)
      for (let lane = 0; lane < count; lane++) {
        if (firstBits(text, offsets[lane]! + 32) === words[digest / 4 + lane]! >>> 2) found(offsets[lane]!)
      }
    }
    count = 0
  }
  return {
    add(text, at, found) {
      if (!readDigest(text, at + 3, salt)) return false
      for (let i = 0; i < 5; i++) {
        words[innerPad / 4 + 4 * i + count] = salt[i]! ^ 0x36363636
        words[outerPad / 4 + 4 * i + count] = salt[i]! ^ 0x5c5c5c5c
      }
      offsets[count++] = at
      if (count === 4) run(text, found)
      return true
    },
    flush(text, found) {
      if (count > 0) run(text, found)
    },
  }
}

/** Everything that is the same for all fields; returns the addresses of each name's blocks. */
function prepareMemory({ words }: Lanes, blocks: readonly Int32Array[][]): number[][] {
  const fill = (address: number, vector: number, value: number) => words.fill(value, address / 4 + 4 * vector, address / 4 + 4 * vector + 4)
  initialState.forEach((value, i) => {
    fill(start, i, value)
  })
  for (let i = 5; i < 16; i++) {
    fill(innerPad, i, 0x36363636)
    fill(outerPad, i, 0x5c5c5c5c)
  }
  fill(last, 5, 0x80000000 | 0)
  fill(last, 15, (64 + 20) * 8)
  let address = prepared
  return blocks.map((name) =>
    name.map((block) => {
      words.set(block, address / 4)
      address += blockBytes
      return address - blockBytes
    }),
  )
}
