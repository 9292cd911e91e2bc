/**
 * The core's end of the transfer thread. Bulk has a thread and a connection of its own: encrypting 300 MB/s would hold up every
 * keystroke, and one TCP connection makes an echo wait behind what was sent before it.
 */
import { Worker } from 'node:worker_threads'
import { AppError, type ErrorInfo } from '../../shared/errors.js'
import type { SecondSignIn } from '../ssh/sign-in-steps.js'
import { workerEntry } from '../worker-entry.js'
import type { Carrier, CarrierHost } from './carrier.js'
import type { TransferResult } from './transfer.js'
import type { CrossingStep, FromThread, ThreadStart, ToThread } from './worker-messages.js'

/** @throws AppError when the server gives no second connection, or no SFTP on it. */
export async function openWorkerCarrier(second: SecondSignIn): Promise<Carrier> {
  const secrets: ArrayBuffer[] = []
  const steps = second.steps.map((step): CrossingStep => {
    if (step.method === 'none') return step
    if (step.method === 'key') return { method: 'key', blob: new Uint8Array(step.identity.blob) }
    // A copy of exact size, moved and not cloned: no other one stays behind in this thread.
    const password = new Uint8Array(step.password)
    secrets.push(password.buffer)
    return { method: step.method, password }
  })
  const { host, port, user } = second
  const workerData: ThreadStart = { host, port, user, hostKey: new Uint8Array(second.hostKey), steps }
  const { entry, eval: isCode } = workerEntry('files/transfer-worker')
  const worker = new Worker(entry, { eval: isCode, execArgv: [], workerData, transferList: secrets, stdout: true, stderr: true })
  worker.unref()
  const post = (message: ToThread) => worker.postMessage(message)

  let ended: AppError | undefined
  let current: { host: CarrierHost; resolve(result: TransferResult): void; reject(error: unknown): void } | undefined
  let opened: { resolve(): void; reject(error: AppError): void } | undefined

  function end(error: AppError) {
    ended ??= error
    opened?.reject(error)
    current?.reject(error)
    current = undefined
    void worker.terminate()
  }
  const fromInfo = ({ code, data, detail }: ErrorInfo) => new AppError(code, data, detail)

  async function sign({ id, step, data, hash }: FromThread & { kind: 'sign' }) {
    const wanted = second.steps[step]
    let signature: Buffer | undefined
    try {
      if (wanted?.method === 'key') signature = await wanted.identity.sign(Buffer.from(data), hash)
    } catch {
      // The thread says that the sign-in failed.
    }
    post({ kind: 'signed', id, signature: signature && new Uint8Array(signature) })
  }

  worker.on('message', (message: FromThread) => {
    switch (message.kind) {
      case 'connected':
        return opened?.resolve()
      case 'ended':
        return end(fromInfo(message.error))
      case 'sign':
        return void sign(message)
      case 'progress':
        return current?.host.onProgress(message.progress)
      case 'checkpoint':
        return current?.host.onCheckpoint(message.checkpoint)
      case 'ask': {
        const { id } = message
        return void current?.host.ask(message.clash).then((answer) => post({ kind: 'answer', id, answer }))
      }
      case 'finished':
        current?.resolve(message.result)
        current = undefined
        return
      case 'stopped': {
        const { error } = message
        current?.reject(error ? fromInfo(error) : current.host.signal.reason)
        current = undefined
      }
    }
  })
  worker.on('error', (error) => end(AppError.from(error)))
  worker.on('exit', () => end(ended ?? new AppError('closed-early', { host })))

  await new Promise<void>((resolve, reject) => {
    opened = { resolve, reject }
  })
  opened = undefined
  return {
    sharesConnection: false,
    run(job, direction, runHost) {
      if (ended) return Promise.reject(ended)
      return new Promise<TransferResult>((resolve, reject) => {
        current = { host: runHost, resolve, reject }
        runHost.signal.addEventListener('abort', () => post({ kind: 'pause' }), { once: true })
        if (runHost.signal.aborted) return reject(runHost.signal.reason)
        post({ kind: 'run', job, direction })
      })
    },
    end: () => end(new AppError('closed-early', { host })),
  }
}
