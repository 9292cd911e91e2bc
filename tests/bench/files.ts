/**
 * One large file each way, through the transfer thread as the core starts it, beside OpenSSH's `sftp` (its connecting taken off) in
 * the same run, interleaved; near, and behind a relay that delays every byte. Alone: `npx tsx tests/bench/files.ts`.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openWorkerCarrier } from '../../electron/files/worker-carrier.js'
import { connected, connectTo } from '../support/connect.js'
import { startDelayRelay } from '../support/delay-relay.js'
import { generateKey, startSshd } from '../support/sshd.js'
import { type BenchRow, median, ratioAtLeast, tableHead, tableLine } from './table.js'

const NEAR_BYTES = 300_000_000
// The delay line of a far server takes CPU from both; less is enough to see the speed.
const FAR_BYTES = 100_000_000
const FAR_MS = 50

export async function benchFiles(rounds = 3): Promise<BenchRow[]> {
  // A memory disk where there is one: the disk is not what is measured.
  const dir = mkdtempSync(join(process.platform === 'linux' ? '/dev/shm' : tmpdir(), 'rescueterm-bench-'))
  const key = await generateKey(join(dir, 'key'), 'ed25519')
  const sshd = await startSshd({ authorizedKeys: [readFileSync(`${key}.pub`, 'utf8').trim()] })
  const source = join(dir, 'source')
  fill(source, NEAR_BYTES)
  try {
    const near = await measure({ dir, key, port: sshd.port, source, bytes: NEAR_BYTES, rounds })
    truncateSync(source, FAR_BYTES)
    const relay = await startDelayRelay(sshd.port, FAR_MS)
    const far = await measure({ dir, key, port: relay.port, source, bytes: FAR_BYTES, rounds }).finally(() => relay.close())
    return [
      row('get 300 MB', near.get, 1),
      row('put 300 MB', near.put, 1),
      row(`get 100 MB, ${FAR_MS} ms away`, far.get, 2),
      row(`put 100 MB, ${FAR_MS} ms away`, far.put, 2),
    ]
  } finally {
    await sshd.dispose()
    rmSync(dir, { recursive: true, force: true })
  }
}

interface Speeds {
  ours: number
  peer: number
}
const row = (name: string, { ours, peer }: Speeds, limit: number): BenchRow => ({
  name: `files: ${name}`,
  unit: 'MB/s',
  ours,
  peer: { name: 'sftp', value: peer },
  goals: [ratioAtLeast(limit)],
})

async function measure(o: { dir: string; key: string; port: number; source: string; bytes: number; rounds: number }) {
  const connection = connected(await connectTo({ port: o.port }, [{ kind: 'key', file: o.key }]))
  const carrier = await openWorkerCarrier(connection.secondSignIn()!)
  const into = join(o.dir, 'into')
  const options =
    `-q -i ${o.key} -P ${o.port} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes -b -`.split(' ')
  const sftp = (commands: string) =>
    timed(() => void execFileSync('sftp', [...options, 'root@127.0.0.1'], { input: commands, stdio: ['pipe', 'ignore', 'ignore'] }))
  const all = { get: { ours: [] as number[], peer: [] as number[] }, put: { ours: [] as number[], peer: [] as number[] } }
  try {
    for (let round = 0; round < o.rounds; round++) {
      for (const what of ['get', 'put'] as const) {
        mkdirSync(into)
        all[what].ours.push(
          await timed(() =>
            carrier.run({ id: `${what}${round}`, from: o.source, into, resumed: false }, what === 'get' ? 'download' : 'upload', {
              signal: new AbortController().signal,
              onProgress() {},
              onCheckpoint() {},
              ask: () => Promise.reject(new Error('nothing should be there')),
            }),
          ),
        )
        rmSync(into, { recursive: true })
        mkdirSync(into)
        const connecting = await sftp('pwd\n')
        all[what].peer.push((await sftp(`${what} ${o.source} ${join(into, 'copy')}\n`)) - connecting)
        rmSync(into, { recursive: true })
      }
    }
  } finally {
    carrier.end()
    connection.end()
  }
  const speed = (ms: number[]) => o.bytes / 1000 / median(ms)
  const speeds = ({ ours, peer }: { ours: number[]; peer: number[] }): Speeds => ({ ours: speed(ours), peer: speed(peer) })
  return { get: speeds(all.get), put: speeds(all.put) }
}

async function timed(work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function fill(path: string, bytes: number) {
  const file = openSync(path, 'w')
  const block = Buffer.alloc(1_000_000, 'log line\n')
  for (let done = 0; done < bytes; done += block.length) writeSync(file, block)
  closeSync(file)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(tableHead)
  for (const one of await benchFiles()) process.stdout.write(tableLine(one))
}
