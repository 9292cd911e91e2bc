/** A new terminal in a warm window: on a connection of its own, and on one that is live. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { openSsh } from './openssh.js'
import { startServer } from './server.js'
import { atMost, type BenchRow, median, ratioAtMost } from './table.js'
import { openBenchWindow, pause } from './window.js'

export async function benchConnect(rounds = 12): Promise<BenchRow[]> {
  const server = await startServer()
  const window = await openBenchWindow(server.home)
  // The live connection that further terminals of ssh share.
  const control = ['-S', join(server.home, 'control')]
  const master = spawn('ssh', [...server.sshOptions, ...control, '-M', '-N', 'root@127.0.0.1'], { stdio: 'ignore' })
  const ended = once(master, 'exit')
  const ours = { connect: [] as number[], tab: [] as number[] }
  const peer = { connect: [] as number[], tab: [] as number[] }
  try {
    for (let round = -2; round < rounds; round++) {
      const times = { connect: await window.connect(`root@127.0.0.1:${server.sshd.port}`), tab: await window.duplicate() }
      await window.closeTab()
      await window.closeTab()
      const theirs = { connect: await sshPrompt([]), tab: await sshPrompt(control) }
      if (round < 0) continue // what is loaded once: this is about a warm window
      for (const what of ['connect', 'tab'] as const) {
        ours[what].push(times[what])
        peer[what].push(theirs[what])
      }
    }
  } finally {
    master.kill()
    await ended
    await window.close()
    await server.dispose()
  }
  return [
    {
      name: 'connect to prompt in the window',
      unit: 'ms',
      ours: median(ours.connect),
      peer: { name: 'ssh -tt', value: median(peer.connect) },
      goals: [ratioAtMost(0.65)],
    },
    {
      name: 'new tab on a live connection',
      unit: 'ms',
      ours: median(ours.tab),
      peer: { name: 'ssh -tt -S', value: median(peer.tab) },
      goals: [atMost(15)],
    },
  ]

  async function sshPrompt(options: string[]) {
    const ssh = openSsh(server, options)
    const took = await ssh.prompt
    await ssh.close()
    await pause(200) // the server's side of it ends too
    return took
  }
}
