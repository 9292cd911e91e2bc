/** `tsx tests/lab/build-images.ts [VARIANT…]`: makes what the lab's tests start from; without names, every variant. */
import { customerImage, rescueImage, type Variant, variants } from './images.js'

const wanted = process.argv.slice(2)
for (const name of wanted)
  if (!variants.includes(name as Variant)) throw new Error(`no such disk: ${name} (there are ${variants.join(', ')})`)
await rescueImage()
for (const variant of wanted.length > 0 ? (wanted as Variant[]) : variants) await customerImage(variant)
