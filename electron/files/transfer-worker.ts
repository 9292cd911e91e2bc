/**
 * The transfer thread: a second connection to one server, and what is carried over it. It accepts the one host key it was given,
 * asks nobody, and lets the core sign with its keys. See worker-carrier.ts for the other end.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { AppError, type ErrorInfo } from '../../shared/errors.js'
import { algorithmsOfKeyType } from '../ssh/algorithms.js'
import { connectSsh } from '../ssh/connect.js'
import type { SignInStep } from '../ssh/sign-in-steps.js'
import { readKeyType } from '../ssh/wire.js'
import { openCarrier } from './carrier.js'
import type { Checkpoint } from './resume.js'
import type { TransferProgress } from './transfer.js'
import type { FromThread, ThreadStart, ToThread } from './worker-messages.js'

// More often would only be thrown away: the window shows five a second.
const TELL_MS = 150

if (parentPort) void serve(parentPort)

async function serve(port: NonNullable<typeof parentPort>) {
  const post = (message: FromThread, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)
  const answers = new Map<number, (value: never) => void>()
  let nextId = 0
  function ask<T>(send: (id: number) => void): Promise<T> {
    const id = nextId++
    return new Promise<T>((resolve) => {
      answers.set(id, resolve as (value: never) => void)
      send(id)
    })
  }
  const settle = (id: number, value: unknown) => {
    answers.get(id)?.(value as never)
    answers.delete(id)
  }
  let running: AbortController | undefined
  let run: (message: ToThread & { kind: 'run' }) => void = () => {}
  port.on('message', (message: ToThread) => {
    if (message.kind === 'signed') settle(message.id, message.signature)
    else if (message.kind === 'answer') settle(message.id, message.answer)
    else if (message.kind === 'pause') running?.abort(new Error('paused'))
    else run(message)
  })

  const start = workerData as ThreadStart
  const pinned = Buffer.from(start.hostKey)
  const steps = start.steps.map((step, index): SignInStep => {
    if (step.method === 'none') return step
    if (step.method !== 'key') return { method: step.method, password: Buffer.from(step.password.buffer) }
    const sign = async (data: Buffer, hash: string | undefined) => {
      const signature = await ask<Uint8Array | undefined>((id) => post({ kind: 'sign', id, step: index, data: new Uint8Array(data), hash }))
      if (!signature) throw new AppError('auth-failed', { host: start.host, user: start.user })
      return Buffer.from(signature)
    }
    return { method: 'key', identity: { name: 'core', blob: Buffer.from(step.blob), sign } }
  })
  const outcome = await connectSsh(
    { host: start.host, port: start.port, user: start.user, identityFiles: [], identitiesOnly: true },
    {
      verify: (blob) => blob.equals(pinned),
      hostKeyAlgorithms: algorithmsOfKeyType(readKeyType(pinned) ?? ''),
      credentials: { ask: () => Promise.reject(new Error('nobody is asked here')) },
      repeat: steps,
      quarantine: true,
      bulk: true,
      signal: new AbortController().signal,
      onStage() {},
    },
  )
  for (const step of steps) if ('password' in step) step.password.fill(0)
  if (outcome.kind !== 'connected') {
    const error = outcome.kind === 'failed' ? outcome.error : new AppError('host-key-changed-again', { host: start.host }).toInfo()
    return post({ kind: 'ended', error })
  }
  const { connection } = outcome
  let work: Promise<unknown> = Promise.resolve()
  connection.onDidClose((error) => {
    // The transfer under way ends first, with where it has come to.
    void work.then(() => post({ kind: 'ended', error: error ?? new AppError('closed-early', { host: start.host }).toInfo() }))
  })
  try {
    const carrier = await openCarrier(connection, false)
    run = ({ job, direction }) => {
      const controller = new AbortController()
      running = controller
      const teller = createTeller(post)
      work = carrier
        .run(job, direction, {
          signal: controller.signal,
          onProgress: teller.progress,
          onCheckpoint: teller.checkpoint,
          ask: (clash) => ask((id) => post({ kind: 'ask', id, clash })),
        })
        .then(
          (result): FromThread => ({ kind: 'finished', result }),
          (error: unknown): FromThread => ({ kind: 'stopped', error: controller.signal.aborted ? undefined : toInfo(error) }),
        )
        .then((message) => {
          running = undefined
          teller.flush()
          post(message)
        })
    }
    post({ kind: 'connected' })
  } catch (error) {
    connection.end()
    post({ kind: 'ended', error: toInfo(error) })
  }
}

const toInfo = (error: unknown): ErrorInfo => AppError.from(error).toInfo()

/** The last word of each kind, at most every TELL_MS. */
function createTeller(post: (message: FromThread) => void) {
  let progress: TransferProgress | undefined
  let checkpoint: { checkpoint: Checkpoint | undefined } | undefined
  let timer: NodeJS.Timeout | undefined
  function flush() {
    clearTimeout(timer)
    timer = undefined
    if (checkpoint) post({ kind: 'checkpoint', ...checkpoint })
    if (progress) post({ kind: 'progress', progress })
    checkpoint = undefined
    progress = undefined
  }
  const soon = () => {
    timer ??= setTimeout(flush, TELL_MS)
  }
  return {
    progress(next: TransferProgress) {
      progress = next
      soon()
    },
    checkpoint(next: Checkpoint | undefined) {
      checkpoint = { checkpoint: next }
      soon()
    },
    flush,
  }
}
