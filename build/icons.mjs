// Draws the application's mark, a half-filled disc (◐: in rescue) in amber on petrol, into build/icons/*.png. Run it by hand after
// a change; the pictures are committed. Shapes are signed distances, sampled 4 × 4 times per pixel; PNG needs only zlib.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32, deflateSync } from 'node:zlib'

const petrol = [0x0b, 0x5e, 0x5d]
const amber = [0xf2, 0xb0, 0x1e]
const SAMPLES = 4

/** Colour at a point of the unit square, or undefined outside the rounded tile. */
function colourAt(x, y) {
  const [dx, dy] = [Math.abs(x - 0.5) - 0.27, Math.abs(y - 0.5) - 0.27]
  const tile = Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - 0.2
  if (tile > 0) return undefined
  const radius = Math.hypot(x - 0.5, y - 0.5)
  const ring = Math.abs(radius - 0.28) < 0.035
  const half = radius < 0.28 && x < 0.5
  return ring || half ? amber : petrol
}

function draw(size) {
  const rows = Buffer.alloc(size * (size * 4 + 1)) // each row starts with its filter, 0
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const sum = [0, 0, 0]
      let covered = 0
      for (let i = 0; i < SAMPLES * SAMPLES; i++) {
        const colour = colourAt((x + ((i % SAMPLES) + 0.5) / SAMPLES) / size, (y + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES) / size)
        if (!colour) continue
        covered++
        for (const c of [0, 1, 2]) sum[c] += colour[c]
      }
      const at = y * (size * 4 + 1) + 1 + x * 4
      for (const c of [0, 1, 2]) rows[at + c] = covered ? Math.round(sum[c] / covered) : 0
      rows[at + 3] = Math.round((255 * covered) / (SAMPLES * SAMPLES))
    }
  }
  return rows
}

function png(size) {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(size, 0)
  header.writeUInt32BE(size, 4)
  header.set([8, 6, 0, 0, 0], 8) // 8 bits, RGBA
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(draw(size), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data])
  const frame = Buffer.alloc(8 + body.length)
  frame.writeUInt32BE(data.length, 0)
  body.copy(frame, 4)
  frame.writeUInt32BE(crc32(body), 4 + body.length)
  return frame
}

for (const size of [16, 32, 48, 64, 128, 256, 512])
  writeFileSync(fileURLToPath(new URL(`icons/${size}x${size}.png`, import.meta.url)), png(size))
