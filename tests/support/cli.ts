/** The command line as it is shipped: bundled from the sources once per test file, run as a process of its own. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface CliResult {
  status: number | null
  stdout: string
  stderr: string
  /** The one JSON document on stdout. */
  json(): Record<string, unknown>
}

export interface Cli {
  /** For a pty: node and the bundle. */
  command: readonly string[]
  run(args: readonly string[], o?: { env?: Record<string, string>; input?: string; cwd?: string; signal?: AbortSignal }): Promise<CliResult>
  dispose(): Promise<void>
}

export async function buildCli(): Promise<Cli> {
  const folder = await mkdtemp(join(tmpdir(), 'rescueterm-cli-'))
  const { nodeSide } = (await import('../../build/bundle.mjs')) as { nodeSide(folder: string, only?: string[]): Promise<void> }
  await nodeSide(folder, ['cli', 'private-key-worker'])
  const command = [process.execPath, join(folder, 'cli.cjs')]
  return {
    command,
    async run(args, { env = {}, input, cwd, signal } = {}) {
      const child = spawn(command[0]!, [command[1]!, ...args], {
        env: { ...process.env, NO_COLOR: '', LC_ALL: 'C', ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
        ...(cwd ? { cwd } : {}),
      })
      signal?.addEventListener('abort', () => child.kill('SIGINT'))
      child.stdin.on('error', () => {})
      child.stdin.end(input ?? '')
      let stdout = ''
      let stderr = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text
      })
      const status = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
      return { status, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, unknown> }
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  }
}
