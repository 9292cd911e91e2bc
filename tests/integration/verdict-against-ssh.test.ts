/**
 * The same random known_hosts files are judged by RescueTerm and by the installed ssh (StrictHostKeyChecking=yes, BatchMode). Each case is one
 * real ssh talking to one real sshd (`sshd -i` through ProxyCommand, so no port is opened). Compared: the verdict, the host key
 * type that ssh negotiated (the order of algorithms), and the line ssh names (the match found, the offending key).
 * RESCUETERM_SEED repeats a run, RESCUETERM_CASES sets its length.
 */
import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parsePublicKeyLine } from '../../electron/known-hosts/key.js'
import { judgeHostKey, type KnownHostsContent, makeQuery, orderHostKeyAlgorithms } from '../../electron/known-hosts/verdict.js'
import { createCases, type ServerKeys } from './random-known-hosts.js'

const seed = Number(process.env.RESCUETERM_SEED ?? Math.floor(Math.random() * 2 ** 31))
const cases = Number(process.env.RESCUETERM_CASES ?? 500)

let dir: string
let keys: ServerKeys
const sshd = ['/usr/sbin/sshd', '/usr/bin/sshd'].find((path) => existsSync(path)) ?? 'sshd'

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'rescueterm-verdict-'))
  chmodSync(dir, 0o700)
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const make = (name: string, ...options: string[]) => {
    execFileSync('ssh-keygen', ['-q', '-N', '', '-C', '', '-f', join(dir, name), ...options])
    return parsePublicKeyLine(readFileSync(join(dir, `${name}.pub`), 'utf8'))!.blob
  }
  const set = (prefix: string) => ({
    ed25519: make(`${prefix}-ed25519`, '-t', 'ed25519'),
    ecdsa: make(`${prefix}-ecdsa`, '-t', 'ecdsa', '-b', '256'),
    rsa: make(`${prefix}-rsa`, '-t', 'rsa', '-b', '2048'),
  })
  const server = set('server')
  const other = { ...set('other'), p384: make('p384', '-t', 'ecdsa', '-b', '384'), p521: make('p521', '-t', 'ecdsa', '-b', '521') }
  execFileSync('ssh-keygen', [
    '-q',
    '-s',
    join(dir, 'other-ed25519'),
    '-I',
    'id',
    '-h',
    '-n',
    'target.example.net',
    join(dir, 'server-ed25519.pub'),
  ])
  const certificate = Buffer.from(readFileSync(join(dir, 'server-ed25519-cert.pub'), 'utf8').split(' ')[1]!, 'base64')
  keys = { server, other, certificate }
  writeFileSync(
    join(dir, 'sshd_config'),
    [
      ...Object.keys(server).map((name) => `HostKey ${join(dir, `server-${name}`)}`),
      'UsePAM no',
      'LogLevel QUIET',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PubkeyAuthentication no',
      '',
    ].join('\n'),
  )
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Answer {
  verdict: 'match' | 'changed' | 'revoked' | 'unknown'
  negotiated: string | undefined
  found: string | undefined
  offending: string | undefined
  output: string
}

function askSsh(o: { host: string; port: number; alias?: string; user: string[]; system: string[]; algorithm?: string }): Promise<Answer> {
  const options = {
    UserKnownHostsFile: o.user.join(' ') || 'none',
    GlobalKnownHostsFile: o.system.join(' ') || 'none',
    StrictHostKeyChecking: 'yes',
    BatchMode: 'yes',
    PreferredAuthentications: 'none',
    UpdateHostKeys: 'no',
    CheckHostIP: 'no',
    IdentityFile: 'none',
    IdentityAgent: 'none',
    ProxyCommand: `${sshd} -i -f ${join(dir, 'sshd_config')}`,
    ...(o.alias ? { HostKeyAlias: o.alias } : {}),
    ...(o.algorithm ? { HostKeyAlgorithms: o.algorithm } : {}),
  }
  const parameters = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return new Promise((resolve) => {
    const child = execFile(
      'ssh',
      ['-v', '-F', 'none', ...parameters, '-p', String(o.port), '--', o.host, 'true'],
      { env: { PATH: process.env.PATH, HOME: dir } },
      (_error, _stdout, output) => {
        const verdict = output.includes('REVOKED HOST KEY DETECTED')
          ? 'revoked'
          : output.includes('REMOTE HOST IDENTIFICATION HAS CHANGED')
            ? 'changed'
            : /No \S+ host key is known for/.test(output)
              ? 'unknown'
              : output.includes('Permission denied')
                ? 'match'
                : undefined
        if (!verdict) throw new Error(`ssh said something else:\n${output}`)
        resolve({
          verdict,
          negotiated: /kex: host key algorithm: (\S+)/.exec(output)?.[1],
          found: /Found key in (\S+:\d+)/.exec(output)?.[1],
          offending: /Offending \S+ key in (\S+:\d+)/.exec(output)?.[1],
          output,
        })
      },
    )
    child.stdin?.end()
  })
}

test(`judges ${cases} random files as ssh does (seed ${seed})`, async () => {
  process.stdout.write(`verdict-against-ssh: seed ${seed}, ${cases} cases\n`)
  const counts: Record<string, number> = {}
  const queue = createCases(seed, cases, keys)
  const failures: string[] = []
  const judge = async (item: (typeof queue)[number], index: number) => {
    const files = item.files.map((file, number) => ({ path: join(dir, `case-${index}-${number}`), system: file.system, bytes: file.bytes }))
    for (const file of files) writeFileSync(file.path, file.bytes)
    const paths = (system: boolean) => files.filter((file) => file.system === system).map((file) => file.path)
    const answer = await askSsh({
      host: item.host,
      port: item.port,
      user: paths(false),
      system: paths(true),
      ...(item.alias ? { alias: item.alias } : {}),
      ...(item.algorithm ? { algorithm: item.algorithm } : {}),
    })
    const known: KnownHostsContent[] = files
    const query = makeQuery(item.host, item.port, item.alias ? { alias: item.alias } : {})
    const byAlgorithm: Record<string, Buffer> = {
      'ssh-ed25519': keys.server.ed25519,
      'ecdsa-sha2-nistp256': keys.server.ecdsa,
      'rsa-sha2-512': keys.server.rsa,
      'rsa-sha2-256': keys.server.rsa,
    }
    const algorithm = item.algorithm ?? orderHostKeyAlgorithms(known, query).find((name) => name in byAlgorithm)!
    const ours = judgeHostKey(known, query, byAlgorithm[algorithm]!)
    const places = ours.entries.map((entry) => `${entry.file}:${entry.line}`)
    const kind = ours.kind === 'other-type' ? 'changed' : ours.kind
    counts[ours.kind] = (counts[ours.kind] ?? 0) + 1
    const wrong =
      answer.negotiated !== algorithm ||
      answer.verdict !== kind ||
      (answer.verdict === 'match' && answer.found !== places[0]) ||
      (answer.verdict === 'changed' && answer.offending !== places.at(-1))
    if (wrong) {
      const shown = files
        .map((file) => `${file.system ? 'system' : 'user'} ${file.path}\n${JSON.stringify(file.bytes.toString('latin1'))}`)
        .join('\n')
      failures.push(
        `case ${index}: ${JSON.stringify(query)}\nours: ${kind} ${algorithm} ${places}\nssh: ${answer.verdict} ${answer.negotiated} found ${answer.found} offending ${answer.offending}\n${shown}`,
      )
    }
    for (const file of files) rmSync(file.path)
  }
  let next = 0
  const worker = async () => {
    for (let index = next++; index < queue.length; index = next++) await judge(queue[index]!, index)
  }
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker))
  process.stdout.write(`verdict-against-ssh: ${JSON.stringify(counts)}\n`)
  expect(failures.slice(0, 5).join('\n\n')).toBe('')
  // A run that never meets one of them compares nothing.
  for (const kind of ['match', 'changed', 'other-type', 'revoked', 'unknown']) expect(counts[kind], kind).toBeGreaterThan(0)
}, 300_000)
