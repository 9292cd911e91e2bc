/** Keys while the core is at hard work for another session: opening an encrypted key file, a classic Diffie-Hellman handshake. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKey, type Sshd } from '../support/sshd.js'
import { type Server, startServer } from './server.js'
import { atMost, type BenchRow, percentile } from './table.js'
import { type BenchWindow, openBenchWindow, pause, type Stroke } from './window.js'

const passphrase = 'correct horse'
/** bcrypt rounds for some seconds of work, so that everything typed falls into it (OpenSSH's own 16 take 0.4 s). */
const bcryptRounds = '150'

export async function benchBusyCore(rounds = 10): Promise<BenchRow[]> {
  const server = await startServer()
  const classic = await startServer('diffie-hellman-group14-sha256')
  await describeServers(server, classic)
  const window = await openBenchWindow(server.home)
  try {
    await window.connect('plain')
    const strokes = { idle: [] as Stroke[], decrypting: [] as Stroke[], handshake: [] as Stroke[] }
    for (let round = 0; round < rounds; round++) {
      strokes.idle.push(...(await window.type(40, 31)))
      strokes.decrypting.push(...(await typeWhileDecrypting(window, server.sshd)))
      strokes.handshake.push(...(await typeDuringHandshake(window, classic.sshd)))
    }
    const p95 = (of: Stroke[], what: keyof Stroke) =>
      percentile(
        of.map((stroke) => stroke[what]),
        0.95,
      )
    const row = (name: string, of: Stroke[], what: keyof Stroke, goals: BenchRow['goals']): BenchRow => ({
      name: `${name}, p95`,
      unit: 'ms',
      ours: p95(of, what),
      peer: { name: 'the same, core idle', value: p95(strokes.idle, what) },
      goals,
    })
    return [
      row('key to page while a key file is decrypted', strokes.decrypting, 'toPage', [atMost(10)]),
      row('key to page during a DH handshake', strokes.handshake, 'toPage', [atMost(10)]),
      row('echo of another session while a key file is decrypted', strokes.decrypting, 'echo', [atMost(40)]),
      row('echo of another session during a DH handshake', strokes.handshake, 'echo', []),
    ]
  } finally {
    await window.close()
    await server.dispose()
    await classic.dispose()
  }
}

/** Three names in the home's ssh_config: a plain connection, one with an encrypted key, one with the handshake that freezes. */
async function describeServers(server: Server, classic: Server) {
  const folder = join(server.home, '.ssh')
  const locked = await generateKey(join(folder, 'locked'), 'ed25519', passphrase, ['-a', bcryptRounds])
  const keys = [await readFile(`${locked}.pub`), await readFile(join(folder, 'id_ed25519.pub'))]
  for (const { sshd } of [server, classic]) await writeFile(join(sshd.dir, 'authorized_keys'), Buffer.concat(keys))
  const knownHosts = [server, classic].map(({ sshd }) => `[127.0.0.1]:${sshd.port} ${sshd.hostKeys[0]!.line}\n`)
  await writeFile(join(folder, 'known_hosts'), knownHosts.join(''))
  const entry = (name: string, { sshd }: Server, key: string) =>
    `Host ${name}\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  User root\n  IdentityFile ${join(folder, key)}\n  IdentitiesOnly yes\n`
  const entries = [entry('plain', server, 'id_ed25519'), entry('locked', server, 'locked'), entry('classic', classic, 'id_ed25519')]
  await writeFile(join(folder, 'config'), entries.join(''))
}

async function typeWhileDecrypting(window: BenchWindow, sshd: Sshd): Promise<Stroke[]> {
  const before = await signIns(sshd)
  await beginConnection(window, 'locked')
  await window.page.locator('.rt-tab-body:not([hidden]) input[type=password]').fill(passphrase)
  await window.page.keyboard.press('Enter')
  await window.page.keyboard.press('Control+Shift+Tab')
  const strokes = await window.type(40, 31)
  if ((await signIns(sshd)) > before) throw new Error('the key file was open before the last key: more rounds of bcrypt are needed')
  await endConnection(window, sshd, before)
  return strokes
}

async function typeDuringHandshake(window: BenchWindow, sshd: Sshd): Promise<Stroke[]> {
  const before = await signIns(sshd)
  await beginConnection(window, 'classic')
  await window.page.keyboard.press('Control+Shift+Tab')
  const strokes = await window.type(40, 31, async () => (await signIns(sshd)) > before)
  await endConnection(window, sshd, before)
  return strokes
}

async function beginConnection({ page }: BenchWindow, name: string) {
  await page.keyboard.press('Control+Shift+T')
  await page.locator('.rt-tab-body:not([hidden]) form input').fill(name)
  await page.keyboard.press('Enter')
}

/** Waits for the other tab's connection, and closes it; the first tab is in front again. */
async function endConnection({ page }: BenchWindow, sshd: Sshd, before: number) {
  while ((await signIns(sshd)) === before) await pause(20)
  await page.keyboard.press('Control+Tab')
  await page.locator('.rt-tab-body:not([hidden]) .xterm-rows', { hasText: 'rt>' }).waitFor()
  await page.keyboard.press('Control+Shift+W')
}

const signIns = async (sshd: Sshd) => (await sshd.log()).split('Accepted publickey').length - 1
