/**
 * SHA-1 compressions of four messages at a time, in WebAssembly SIMD: files of many hashed names are searched two to three times faster than
 * in JavaScript. The module is assembled here (two unrolled functions), so that no binary stands in the sources.
 * `compress` reads 16 message words per lane and expands them on the way; `compressExpanded` reads 80 words that all lanes
 * share (a block of the name, prepared once). Memory holds vectors of four 32-bit lanes; addresses are in bytes.
 */

export interface Lanes {
  /** Lane l of vector v at byte address p is `words[p / 4 + 4 * v + l]`. */
  words: Int32Array
  /** `out` := `from` + compression of the block at `block`; five vectors each, `out` may be `from`. */
  compress(from: number, block: number, out: number): void
  compressExpanded(from: number, block: number, out: number): void
}

/** What is used of the global of that name; Node's types do not declare it. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object) => { exports: unknown }
}

/** Unsigned and signed LEB128 (WebAssembly core specification §5.2.2). */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)]
}
function signed(value: number): number[] {
  const rest = value >> 7
  const done = (rest === 0 && !(value & 64)) || (rest === -1 && (value & 64) !== 0)
  return done ? [value & 127] : [(value & 127) | 128, ...signed(rest)]
}
const sized = (bytes: number[]) => [...unsigned(bytes.length), ...bytes]
const section = (id: number, bytes: number[]) => [id, ...sized(bytes)]

const get = (local: number) => [0x20, ...unsigned(local)]
const set = (local: number) => [0x21, ...unsigned(local)]
const load = (offset: number) => [0xfd, 0x00, 4, ...unsigned(offset)]
const loadSplat = (offset: number) => [0xfd, 0x09, 2, ...unsigned(offset)]
const store = (offset: number) => [0xfd, 0x0b, 4, ...unsigned(offset)]
const constant = (value: number) => [0x41, ...signed(value)]
const splat = [0xfd, 0x11]
const or = [0xfd, 0x50]
const xor = [0xfd, 0x51]
const bitselect = [0xfd, 0x52]
const shiftLeft = [0xfd, 0xab, 0x01]
const shiftRight = [0xfd, 0xad, 0x01]
const add = [0xfd, 0xae, 0x01]

const rotate = (local: number, bits: number) => [
  ...get(local),
  ...constant(bits),
  ...shiftLeft,
  ...get(local),
  ...constant(32 - bits),
  ...shiftRight,
  ...or,
]

// Locals: three addresses, five working variables, four round constants, sixteen message words.
const from = 0
const block = 1
const out = 2
const state = 3
const constants = 8
const message = 12
const roundConstants = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc | 0, 0xca62c1d6 | 0]

function assemble(expanded: boolean): number[] {
  const code: number[] = []
  const emit = (...parts: number[][]) => {
    for (const part of parts) code.push(...part)
  }
  const word = (index: number) => message + (index % 16)
  for (let i = 0; i < 5; i++) emit(get(from), load(16 * i), set(state + i))
  roundConstants.forEach((value, i) => {
    emit(constant(value), splat, set(constants + i))
  })
  if (!expanded) for (let i = 0; i < 16; i++) emit(get(block), load(16 * i), set(message + i))
  let [a, b, c, d, e] = [state, state + 1, state + 2, state + 3, state + 4] as [number, number, number, number, number]
  for (let i = 0; i < 80; i++) {
    if (!expanded && i >= 16) {
      emit(get(word(i - 3)), get(word(i - 8)), xor, get(word(i - 14)), xor, get(word(i)), xor, set(word(i)))
      emit(rotate(word(i), 1), set(word(i)))
    }
    emit(get(e), expanded ? [...get(block), ...loadSplat(4 * i)] : get(word(i)), add, get(constants + Math.floor(i / 20)), add)
    // Ch picks c or d by b; Maj is c where c equals d, else b.
    if (i < 20) emit(get(c), get(d), get(b), bitselect)
    else if (i >= 40 && i < 60) emit(get(b), get(c), get(c), get(d), xor, bitselect)
    else emit(get(b), get(c), xor, get(d), xor)
    emit(add, rotate(a, 5), add, set(e), rotate(b, 30), set(b))
    ;[a, b, c, d, e] = [e, a, b, c, d]
  }
  for (const [i, local] of [a, b, c, d, e].entries()) emit(get(out), get(from), load(16 * i), get(local), add, store(16 * i))
  const vectors = message + 16 - state
  return sized([1, ...unsigned(vectors), 0x7b, ...code, 0x0b])
}

const name = (text: string) => sized([...Buffer.from(text)])

function assembleModule(): Uint8Array {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, 0x7f, 0x7f, 0x7f, 0]),
    ...section(3, [2, 0, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [3, ...name('memory'), 2, 0, ...name('compress'), 0, 0, ...name('compressExpanded'), 0, 1]),
    ...section(10, [2, ...assemble(false), ...assemble(true)]),
  ])
}

let module: object | undefined

/** Fresh lanes with 64 KiB of zeroed memory; undefined where the processor has no SIMD. */
export function createLanes(): Lanes | undefined {
  if (!module) {
    const bytes = assembleModule()
    if (!WebAssembly.validate(bytes)) return undefined
    module = new WebAssembly.Module(bytes)
  }
  const exports = new WebAssembly.Instance(module).exports as Omit<Lanes, 'words'> & { memory: { buffer: ArrayBuffer } }
  return { words: new Int32Array(exports.memory.buffer), compress: exports.compress, compressExpanded: exports.compressExpanded }
}
