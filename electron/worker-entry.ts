import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What starts a worker thread. Beside the bundle it is a file of its own; from the sources (tests) it needs the loader that runs them. */
export function workerEntry(name: 'ssh/private-key-worker' | 'files/transfer-worker'): { entry: string; eval: boolean } {
  const here = typeof __dirname === 'string' ? __dirname : dirname(fileURLToPath(import.meta.url))
  const bundled = join(here, `${basename(name)}.cjs`)
  if (existsSync(bundled)) return { entry: bundled, eval: false }
  return { entry: `require('tsx/cjs'); require(${JSON.stringify(join(here, `${name}.ts`))})`, eval: true }
}
