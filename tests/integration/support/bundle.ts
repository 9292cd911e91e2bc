import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { build } from 'rolldown'

/** A test's child program as one plain script: hundreds of its processes start in a fraction of the time, and any user can run it. */
export async function bundleChild(input: string): Promise<{ path: string; remove(): void }> {
  const directory = mkdtempSync(join(tmpdir(), 'rescueterm-child-'))
  const path = join(directory, `${basename(input, '.ts')}.mjs`)
  await build({ input, platform: 'node', logLevel: 'silent', output: { file: path, format: 'esm', codeSplitting: false } })
  return { path, remove: () => rmSync(directory, { recursive: true, force: true }) }
}
