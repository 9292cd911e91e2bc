/** A terminal at work: a long log to the screen and what it costs the core, Ctrl-C in the flood, and the echo of keys. */
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { corePid } from '../e2e/launch.js'
import { logBlock, logTimes, writeLog } from './log-file.js'
import { openSsh, type SshTerminal } from './openssh.js'
import { prompt, type Server, startServer } from './server.js'
import { atMost, type BenchRow, median, percentile, ratioAtLeast, ratioAtMost } from './table.js'
import { type BenchWindow, openBenchWindow, pause, type Stroke } from './window.js'

/** How long a flood runs before anything is measured in it: windows and pipes are full then. */
const floodMs = 1000

export async function benchTerminal(rounds = 11): Promise<BenchRow[]> {
  const server = await startServer()
  const window = await openBenchWindow(server.home)
  try {
    const log = join(server.home, 'log')
    const block = logBlock()
    await writeLog(log, block)
    await window.connect(`root@127.0.0.1:${server.sshd.port}`)
    const screen = await benchScreen(window, log, block, rounds)
    const flood = `while :; do cat ${log}; done`
    const interrupt = await benchInterrupt(window, server, flood, screen.rate, rounds)
    const echo = await benchEcho(window, server, flood, screen.rate, rounds)
    return [...screen.rows, interrupt, ...echo]
  } finally {
    await window.close()
    await server.dispose()
  }
}

/** @returns rows, and our rate in bytes per millisecond */
async function benchScreen(window: BenchWindow, log: string, block: string, rounds: number) {
  const { page, app } = window
  const require = createRequire(import.meta.url)
  for (const bundle of ['@xterm/xterm', '@xterm/addon-unicode-graphemes'])
    await page.evaluate(await readFile(require.resolve(bundle), 'utf8'))
  const pid = await corePid(app.electron)
  const bytes = block.length * logTimes
  const ours: number[] = []
  const alone: number[] = []
  const growth: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = await memory(pid, 'VmRSS')
    await writeFile(`/proc/${pid}/clear_refs`, '5') // the peak starts anew, proc(5)
    await window.enter(`cat ${log}`)
    ours.push(bytes / 1000 / (await window.untilPrompt('Enter', 'Enter')))
    growth.push((await memory(pid, 'VmHWM')) - before)
    const took = await page.evaluate(([text, times]) => benchClock.drawAlone(text, times), [block, logTimes] as const)
    alone.push(bytes / 1000 / took)
  }
  const rows: BenchRow[] = [
    {
      name: '100 MB log to the screen',
      unit: 'MB/s',
      ours: median(ours),
      peer: { name: 'xterm alone in the window', value: median(alone) },
      goals: [ratioAtLeast(0.85)],
    },
    { name: 'growth of the core meanwhile, worst', unit: 'MB', ours: Math.max(...growth), goals: [atMost(15)] },
  ]
  return { rows, rate: median(ours) * 1000 }
}

/** Megabytes. */
async function memory(pid: number, what: 'VmRSS' | 'VmHWM'): Promise<number> {
  const [, kilobytes] = new RegExp(`${what}:\\s*(\\d+)`).exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

async function benchInterrupt(window: BenchWindow, server: Server, flood: string, rate: number, rounds: number): Promise<BenchRow> {
  const ssh = openSsh(server, [], rate)
  await ssh.prompt
  const ours: number[] = []
  const peer: number[] = []
  try {
    for (let round = 0; round < rounds; round++) {
      await startFlood(window, flood)
      ours.push(await window.untilPrompt('Control+c', 'c'))
      await startPeerFlood(ssh, flood)
      peer.push(await ssh.send('\x03', prompt))
    }
  } finally {
    await ssh.close()
  }
  return {
    name: 'Ctrl-C to prompt in a flood',
    unit: 'ms',
    ours: median(ours),
    peer: { name: 'ssh -tt, read as fast', value: median(peer) },
    goals: [atMost(80), ratioAtMost(0.5)],
  }
}

async function benchEcho(window: BenchWindow, server: Server, flood: string, rate: number, rounds: number): Promise<BenchRow[]> {
  const ssh = openSsh(server)
  const peerFlood = openSsh(server, [], rate)
  await Promise.all([ssh.prompt, peerFlood.prompt])
  const typeBoth = async () => {
    const ours: Stroke[] = []
    const peer: number[] = []
    for (let round = 0; round < rounds; round++) {
      ours.push(...(await window.type(30, 83)))
      peer.push(...(await typeSsh(ssh, 30, 83)))
    }
    return { ours, peer }
  }
  try {
    const idle = await typeBoth()
    await startFlood(window, flood)
    await window.duplicate()
    await startPeerFlood(peerFlood, flood)
    const beside = await typeBoth()
    return [...echoRows('idle', 8, idle), ...echoRows('beside a flood', 40, beside)]
  } finally {
    await ssh.close()
    await peerFlood.close()
  }
}

function echoRows(where: string, limit: number, { ours, peer }: { ours: Stroke[]; peer: number[] }): BenchRow[] {
  const name = (what: string) => `key to echo ${what}, ${where}, p95`
  const theirs = { name: 'ssh -tt, not drawn', value: percentile(peer, 0.95) }
  return [
    {
      name: name('parsed'),
      unit: 'ms',
      ours: percentile(
        ours.map(({ echo }) => echo),
        0.95,
      ),
      peer: theirs,
      goals: [atMost(limit)],
    },
    {
      name: name('drawn'),
      unit: 'ms',
      ours: percentile(
        ours.map(({ drawn }) => drawn),
        0.95,
      ),
      peer: theirs,
      goals: [],
    },
  ]
}

async function typeSsh(ssh: SshTerminal, count: number, everyMs: number): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    times.push(await ssh.send('x', /x/))
    await pause(everyMs)
  }
  await ssh.send('\x15', /./)
  return times
}

async function startFlood(window: BenchWindow, flood: string) {
  await window.enter(flood)
  await window.page.keyboard.press('Enter')
  await pause(floodMs)
}

async function startPeerFlood(ssh: SshTerminal, flood: string) {
  await ssh.send(`${flood}\n`, /\]: /)
  await pause(floodMs)
}
