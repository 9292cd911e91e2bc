/** `rescueterm practice`: the practice server and the whole drill in one terminal. The provider's two buttons are keys here. */
import { basename, relative } from 'node:path'
import { formatHostAddress } from '../../shared/parse-host-address.js'
import { type App, createApp } from '../app.js'
import { silentLog } from '../log.js'
import type { Options } from './arguments.js'
import { type Console, createConsole } from './console.js'
import { type CommandContext, version } from './context.js'
import { exits, LocalFailure, reportFailure } from './failure.js'
import { dataDirOf } from './journal.js'
import type { Output } from './output.js'
import { runSession } from './session.js'

export async function practice(options: Options, o: CommandContext): Promise<number> {
  const { output, home } = o
  const dataDir = dataDirOf(options, home)
  const app = createApp({ version: await version(), paths: { home, dataDir } }, { log: silentLog })
  const console = createConsole({ stdin: process.stdin, stderr: process.stderr, signal: o.signal })
  try {
    // First the server, then the watch of what an earlier drill left set aside: its first look finds the known key.
    await app.practice.start()
    await app.start()
    introduce(app, output, options, console.isInteractive)
    await play({ app, console, output, home, signal: o.signal })
    output.tell(`\n${output.texts.practice.stopped}`)
    return exits.done
  } finally {
    console.dispose()
    await app.dispose()
  }
}

function introduce(app: App, output: Output, options: Options, interactive: boolean): void {
  const { texts, style } = output
  const { port = 0, knownHostsFile = '' } = app.practice.state()
  output.document({ host: '127.0.0.1', port, user: 'root', knownHosts: knownHostsFile })
  output.print(`${style.bold(texts.practice.title)}\n\n${texts.practice.intro}\n`)
  const ssh = `ssh -p ${port} -o UserKnownHostsFile=${quote(knownHostsFile)} root@127.0.0.1`
  const place = formatHostAddress({ user: 'root', host: '127.0.0.1', port })
  const connect = `${ownName()} connect ${place} --known-hosts ${quote(knownHostsFile)}${options.dataDir === undefined ? '' : ` --data-dir ${quote(options.dataDir)}`}`
  output.print(`${texts.practice.rescueterm}\n  ${connect}\n${texts.practice.ssh}\n  ${ssh}\n`)
  const key = (letter: string) => (interactive ? style.bold(letter) : letter)
  output.print(texts.practice.steps({ connect: interactive ? key('c') : `${ownName()} connect …`, rescue: key('r'), normal: key('n') }))
  output.print(`\n${texts.practice.running.normal({ port })}`)
}

/** How this program was called: by its name once installed, by its file in the source folder. */
function ownName(): string {
  const file = process.argv[1] ?? ''
  return basename(file) === 'cli.cjs' ? `node ${quote(relative(process.cwd(), file))}` : 'rescueterm'
}

const quote = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

interface Play {
  app: App
  console: Console
  output: Output
  home: string
  signal: AbortSignal
}

/** Until `q`, ^C or a signal. */
async function play(o: Play): Promise<void> {
  const { app, output, signal } = o
  const { texts, style } = output
  const stop = announce(app, output)
  try {
    for (;;) {
      if (o.console.isInteractive) output.tell(style.dim(texts.practice.keys))
      const key = await nextKey(o.console, signal)
      if (key === 'q') return
      try {
        if (key === 'c') await visit(o)
        else if (key === 'r') await app.practice.setMode('rescue')
        else if (key === 'n') await bootNormally(app)
      } catch (error) {
        if (signal.aborted) return
        // ^C at a question of the session ends that session; the menu goes on.
        if (!(error instanceof LocalFailure)) reportFailure(error, output)
      }
    }
  } finally {
    stop()
  }
}

/** Says what the machine does and when the lines are back. */
function announce(app: App, output: Output): () => void {
  const { texts, style } = output
  let mode = app.practice.state().mode
  const restored = new Set<string>()
  const stops = [
    app.practice.onDidChange(() => {
      const { mode: next, port = 0, rescuePassword } = app.practice.state()
      if (next === mode) return
      mode = next
      output.tell((mode === 'rescue' ? style.amber : style.bold)(texts.practice.running[mode]({ port })))
      if (rescuePassword) output.tell(style.bold(texts.practice.password({ password: rescuePassword })))
    }),
    app.interventions.onDidChange(() => {
      for (const { id, practice, state, summary, setAside } of app.interventions.list()) {
        if (!practice || state !== 'restored' || restored.has(id)) continue
        restored.add(id)
        output.tell(style.green(texts.practice.back({ n: summary?.lines ?? setAside })))
      }
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

async function visit({ app, console, output, home, signal }: Play): Promise<void> {
  const target = await app.sessionTarget({ kind: 'practice' })
  const { rescuePassword } = app.practice.state()
  if (rescuePassword) output.tell(output.texts.practice.password({ password: rescuePassword }))
  await runSession({ app, target, console, output, home, signal })
}

/** The provider's other button; whoever has lines aside waits for the known key from now on. */
async function bootNormally(app: App): Promise<void> {
  const open = app.interventions.list().find(({ practice, state }) => practice && state === 'active')
  if (open) await app.interventions.leave(open.id)
  await app.practice.setMode('normal')
}

/** One key, or one line from a pipe. @returns `q` for ^C, ^D and a signal; never, at the end of a pipe. */
function nextKey(console: Console, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    let release = () => {}
    const done = (key: string) => {
      release()
      signal.removeEventListener('abort', onAbort)
      resolve(key)
    }
    const onAbort = () => done('q')
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) return onAbort()
    let finished = false
    const take = (text: string) => {
      const key = [...text.toLowerCase()].find((one) => 'crnq\x03\x04'.includes(one))
      if (!key || finished) return
      finished = true
      done(key === '\x03' || key === '\x04' ? 'q' : key)
    }
    release = console.keys(take)
    if (finished) release()
  })
}
