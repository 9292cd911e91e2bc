// Builds everything into out/: main, core, preload, worker and command line as CommonJS (a sandboxed preload must be, ssh2 needs
// __dirname, and an ESM main that awaits app.whenReady() at top level never starts), the page with vite. The result replaces
// out/ at the end, so that a failed, killed or parallel run leaves no half of it; a stamp of the sources saves the next run.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, 'out')

/** Builds when a source is newer than what lies in out/. @returns {Promise<boolean>} whether something was built */
export async function bundle({ force = false } = {}) {
  const stamp = await sourceStamp()
  if (!force && (await readFile(join(out, 'stamp'), 'utf8').catch(() => '')) === stamp) return false
  const began = performance.now()
  const work = await mkdtemp(join(root, 'out.'))
  try {
    await Promise.all([nodeSide(work), page(join(work, 'renderer'))])
    await writeFile(join(work, 'stamp'), stamp)
    await chmod(work, 0o755)
    await replace(work)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  console.error(`[bundle] built in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  return true
}

/** Main, core, preload, worker and command line, or only some of them. */
export async function nodeSide(folder, only) {
  const { build } = await import('rolldown')
  const common = {
    cwd: root,
    platform: 'node',
    external: ['electron', 'cpu-features', /\.node$/],
    logLevel: 'warn',
  }
  const output = (names = '[name]') => ({
    dir: folder,
    format: 'cjs',
    sourcemap: true,
    entryFileNames: '[name].cjs',
    // Beside their entry: a chunk that starts a worker finds it by __dirname.
    chunkFileNames: `${names}-[hash].cjs`,
  })
  const entries = {
    main: 'electron/main.ts',
    core: 'electron/core.ts',
    preload: 'electron/preload.ts',
    cli: 'electron/cli.ts',
    'private-key-worker': 'electron/ssh/private-key-worker.ts',
    'transfer-worker': 'electron/files/transfer-worker.ts',
  }
  // One build each: the preload may not load a second file, and the others should load nothing that is not theirs.
  for (const [name, file] of Object.entries(entries)) {
    if (only && !only.includes(name)) continue
    await build({ ...common, input: { [name]: file }, output: output(`${name}-[name]`), write: true })
  }
}

async function page(folder) {
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')])
  await build({
    configFile: false,
    root: join(root, 'renderer'),
    base: '/',
    logLevel: 'warn',
    plugins: [react()],
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'chrome130',
      modulePreload: { polyfill: false },
      // Nothing inlined: the policy allows fonts and scripts from our own scheme only.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 4000,
      reportCompressedSize: false,
    },
  })
}

async function replace(work) {
  const old = `${out}.old-${process.pid}`
  if (existsSync(out)) await rename(out, old)
  await rename(work, out)
  await rm(old, { recursive: true, force: true })
}

/** Paths, sizes and times of everything that goes in. */
async function sourceStamp() {
  const hash = createHash('sha256')
  for (const folder of ['electron', 'renderer', 'shared']) {
    for (const entry of (await readdir(join(root, folder), { recursive: true })).sort()) await add(join(folder, entry))
  }
  for (const file of ['build/bundle.mjs', 'package.json', 'package-lock.json']) await add(file)
  return hash.digest('hex')
  async function add(file) {
    const { mtimeMs, size } = await stat(join(root, file))
    hash.update(`${file}\0${mtimeMs}\0${size}\n`)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle({ force: true })
