/** The command line's beginning and end: parse, dispatch, report. `check` must start fast: it is loaded with the program, the other commands when they are called. */
import { homedir } from 'node:os'
import { type CommandName, type Invocation, type Options, parseInvocation, type TypedHost, UsageError } from './arguments.js'
import { check } from './check.js'
import { type CommandContext, version } from './context.js'
import { exits, LocalFailure, reportFailure } from './failure.js'
import { createOutput } from './output.js'
import { chooseLanguage, loadTexts } from './texts.js'

type CommandBody = (host: TypedHost | undefined, options: Options, context: CommandContext) => Promise<number>

const commands: Record<CommandName, () => Promise<CommandBody>> = {
  check: async () => (host, options, context) => check(host!, options, context),
  'set-aside': async () => {
    const { setAside } = await import('./set-aside.js')
    return (host, options, context) => setAside(host!, options, context)
  },
  restore: async () => (await import('./restore.js')).restore,
  watch: async () => {
    const { watch } = await import('./watch.js')
    return (host, options, context) => watch(host!, options, context)
  },
  status: async () => {
    const { status } = await import('./status.js')
    return (_host, options, context) => status(options, context)
  },
  connect: async () => {
    const { connect } = await import('./connect.js')
    return (host, options, context) => connect(host!, options, context)
  },
  servers: async () => {
    const { servers } = await import('./servers.js')
    return (_host, options, context) => servers(options, context)
  },
  enter: async () => {
    const { enter } = await import('./enter.js')
    return (host, options, context) => enter(host!, options, context)
  },
  leave: async () => {
    const { leave } = await import('./leave.js')
    return (host, options, context) => leave(host!, options, context)
  },
  disks: async () => {
    const { disks } = await import('./disks.js')
    return (host, options, context) => disks(host!, options, context)
  },
  diagnose: async () => {
    const { diagnose } = await import('./diagnose.js')
    return (host, options, context) => diagnose(host!, options, context)
  },
  practice: async () => {
    const { practice } = await import('./practice.js')
    return (_host, options, context) => practice(options, context)
  },
}

/** @returns the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  let invocation: Invocation | undefined
  let failure: unknown
  try {
    invocation = parseInvocation(args)
  } catch (error) {
    failure = error
  }
  const language = chooseLanguage(invocation?.lang ?? typedLanguage(args), process.env)
  const { stdout, stderr } = process
  // A reader that went away (`| head`) ends the program, as it ends others.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const output = createOutput({
    texts: await loadTexts(language),
    language,
    json: invocation?.json ?? args.includes('--json'),
    stdout,
    stderr,
    environment: process.env,
  })
  if (!invocation) return reportFailure(failure, output)
  const interrupt = new AbortController()
  const onSignal = () => {
    // The second one ends a command that does not let go.
    if (interrupt.signal.aborted) process.exit(exits.interrupted)
    interrupt.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  try {
    return await dispatch(invocation, { home: process.env.HOME || homedir(), output, signal: interrupt.signal })
  } catch (error) {
    return reportFailure(interrupt.signal.aborted ? new LocalFailure('interrupted', exits.interrupted) : error, output)
  }
}

async function dispatch(invocation: Invocation, context: CommandContext): Promise<number> {
  const { output } = context
  switch (invocation.kind) {
    case 'help':
      process.stdout.write(output.texts.usage)
      return exits.done
    case 'version':
      process.stdout.write(`rescueterm ${await version()}\n`)
      return exits.done
    case 'window':
      if (output.json) throw new UsageError('unknown-option', { option: '--json', command: '' })
      process.stderr.write(`${output.texts.usage}\n${output.texts.noWindow}\n`)
      return exits.usage
    case 'command':
      return (await commands[invocation.command]())(invocation.host, invocation.options, context)
  }
}

/** Usage errors are said in the language that was asked for, if that much can be read. */
function typedLanguage(args: readonly string[]): 'en' | 'fr' | undefined {
  const word = args.find((arg) => arg.startsWith('--lang='))?.slice(7) ?? args[args.indexOf('--lang') + 1]
  return word === 'fr' || word === 'en' ? word : undefined
}
