/**
 * OVHcloud dedicated servers. The boot mode is the number of a netboot: the rescue one is chosen by its kernel, the old one is
 * handed to the caller first, and a restart has to be asked for. Tasks have a state but no percentage.
 */
import { z } from 'zod'
import type { Before, MachineState, Operation, ProviderServer } from '../../../shared/provider.js'
import { stripServerLine } from '../../../shared/server-text.js'
import type { Clock } from '../../clock.js'
import { eachOf, listEach, type OnLeftOut } from '../listing.js'
import { manualWay } from '../manual.js'
import { afterChange, askAndLook, ProviderError } from '../problem.js'
import { type ChangeOptions, type Credentials, type CredentialsOptions, pollCredentials } from '../provider.js'
import { type WatchOptions, watch } from '../wait.js'
import { nothing, type OvhClient } from './client.js'
import { noteMails } from './mails.js'
import type { Redeemed } from './secret.js'

const Dedicated = z.object({
  name: z.string(),
  ip: z.string(),
  bootId: z.number().int().nullish(),
  powerState: z.string().optional(),
  rescueSshKey: z.string().nullish(),
})
const Boot = z.object({ bootId: z.number().int(), bootType: z.string(), kernel: z.string() })
const Task = z.object({ taskId: z.number().int(), status: z.string(), function: z.string() })
const Access = z.array(z.object({ type: z.string(), user: z.string().nullish(), password: z.string().nullish() }))
const Ids = z.array(z.number().int())
const Names = z.array(z.string())

const EVERY_MS = 10_000
/** The list also holds Windows and older systems, in no promised order: only these are the Linux rescue, the newer one first. */
const kernels = ['rescue-customer', 'rescue64-pro']
/** The boot mode says what the next start brings, not what runs: after a restart that was refused the old system still does. */
const machineState = ({ powerState }: { powerState?: string | undefined }): MachineState => (powerState === 'poweroff' ? 'off' : 'unknown')
const faults = new Set(['cancelled', 'customerError', 'ovhError'])

const failure = (task: z.infer<typeof Task>) =>
  new ProviderError('ovhcloud', 'task-failed', {
    data: { task: stripServerLine(task.function), state: stripServerLine(task.status) },
    changed: 'boot-mode',
  })

function noneIfNotFound(error: unknown): undefined {
  if (!(error instanceof ProviderError && error.problem === 'not-found')) throw error
}

export function createDedicated(client: OvhClient, clock: Clock, readMail: boolean) {
  const path = (name: string) => `/dedicated/server/${encodeURIComponent(name)}`
  const read = (name: string, signal: AbortSignal) => client.call('GET', path(name), { answer: Dedicated, signal })
  const boot = (name: string, id: number, signal: AbortSignal) => client.call('GET', `${path(name)}/boot/${id}`, { answer: Boot, signal })

  const task = (name: string, id: number | undefined, signal: AbortSignal) =>
    client.call('GET', `${path(name)}/task/${id}`, { answer: Task, signal })

  /** A netboot can be removed while the machine is in rescue. */
  const bootOrNone = (name: string, id: number, signal: AbortSignal) => boot(name, id, signal).catch(noneIfNotFound)

  async function boots(name: string, bootType: 'rescue' | 'harddisk', signal: AbortSignal) {
    const ids = await client.call('GET', `${path(name)}/boot?bootType=${bootType}`, { answer: Ids, signal })
    return eachOf(ids, (id) => boot(name, id, signal))
  }

  async function rescueBoot(name: string, signal: AbortSignal): Promise<number> {
    const all = await boots(name, 'rescue', signal)
    for (const kernel of kernels) {
      const found = all.find((one) => one.kernel === kernel)
      if (found) return found.bootId
    }
    throw new ProviderError('ovhcloud', 'no-rescue-system')
  }

  /** What the machine started from before, unless that was a rescue system too; else its disk. */
  async function normalBoot(name: string, entered: Before | undefined, signal: AbortSignal): Promise<number> {
    const before = entered?.bootId === undefined ? undefined : await bootOrNone(name, entered.bootId, signal)
    if (before && before.bootType !== 'rescue') return before.bootId
    const disk = (await boots(name, 'harddisk', signal))[0]
    if (!disk) throw new ProviderError('ovhcloud', 'no-disk-boot')
    return disk.bootId
  }

  const setBoot = (name: string, bootId: number, signal: AbortSignal) =>
    askAndLook(
      () => client.call('PUT', path(name), { body: { bootId }, answer: nothing, signal }),
      async () => (await read(name, signal)).bootId === bootId,
    )

  async function restart(name: string, bootId: number, o: ChangeOptions, mails?: number[]): Promise<{ before: Before; task: number }> {
    const server = await read(name, o.signal)
    const type = server.bootId == null ? undefined : (await bootOrNone(name, server.bootId, o.signal))?.bootType
    const before: Before = {
      at: client.now().toISOString(),
      boot: type ?? 'unknown',
      ...(server.bootId == null ? {} : { bootId: server.bootId }),
      ...(mails ? { mails } : {}),
    }
    await o.beforeChange(before)
    o.signal.throwIfAborted()
    const { signal } = new AbortController()
    await setBoot(name, bootId, signal)
    const { taskId } = await afterChange('boot-mode', () => client.call('POST', `${path(name)}/reboot`, { answer: Task, signal }))
    return { before, task: taskId }
  }

  return {
    async list(signal: AbortSignal, onLeftOut: OnLeftOut): Promise<ProviderServer[]> {
      const names = await client.call('GET', '/dedicated/server', { answer: Names, signal })
      const view = async (name: string): Promise<ProviderServer> => {
        const server = await read(name, signal)
        const label = stripServerLine(server.name, 100)
        return { id: `dedicated/${name}`, product: 'dedicated', name: label, addresses: [server.ip], state: machineState(server) }
      }
      return listEach(names, onLeftOut, view)
    },
    addresses: async (name: string, signal: AbortSignal) => [(await read(name, signal)).ip],
    async inspect(name: string, signal: AbortSignal) {
      const server = await read(name, signal)
      const bootId = await rescueBoot(name, signal)
      return {
        state: machineState(server),
        requests: [
          { method: 'PUT', path: path(name), body: JSON.stringify({ bootId }) },
          { method: 'POST', path: `${path(name)}/reboot`, body: '' },
        ],
      }
    },
    async enter(name: string, o: ChangeOptions) {
      const bootId = await rescueBoot(name, o.signal)
      const mails = readMail ? await noteMails(client, o.signal) : undefined
      return { operation: { kind: 'enter' as const, server: `dedicated/${name}`, ...(await restart(name, bootId, o, mails)) } }
    },
    async leave(name: string, o: ChangeOptions & { entered?: Before | undefined }): Promise<Operation> {
      const bootId = await normalBoot(name, o.entered, o.signal)
      return { kind: 'leave', server: `dedicated/${name}`, ...(await restart(name, bootId, o)) }
    },
    progress(name: string, operation: Operation, o: WatchOptions) {
      return watch({
        ...o,
        clock,
        everyMs: EVERY_MS,
        startedAt: operation.before.at,
        now: client.now,
        manual: manualWay('ovhcloud-dedicated', operation.kind),
        async look() {
          const now = await task(name, operation.task, o.signal)
          if (now.status === 'done') return { kind: 'done' }
          return faults.has(now.status) ? { kind: 'failed', error: failure(now) } : { kind: 'busy', task: stripServerLine(now.function) }
        },
      })
    },
    /** The server's own secret. `by-hand`: this key or range gives none, and the mail has to tell. */
    async credentials(
      name: string,
      operation: Operation,
      o: CredentialsOptions,
      redeem: (id: string) => Promise<Redeemed>,
    ): Promise<Credentials> {
      const { signal } = o
      if ((await read(name, signal)).rescueSshKey) return { kind: 'account-keys', user: 'root' }
      return pollCredentials({
        ...o,
        clock,
        everyMs: EVERY_MS,
        async look() {
          const now = operation.task === undefined ? undefined : await task(name, operation.task, signal).catch(noneIfNotFound)
          if (now && faults.has(now.status)) throw failure(now)
          // Before, it would be the secret of the system that is just ending.
          return now && now.status !== 'done' ? undefined : ownSecret(name, signal, redeem)
        },
      })
    },
  }

  async function ownSecret(name: string, signal: AbortSignal, redeem: (id: string) => Promise<Redeemed>): Promise<Credentials> {
    try {
      const all = await client.call('POST', `${path(name)}/authenticationSecret`, { answer: Access, signal })
      const ssh = all.find((one) => one.type === 'SSH' && one.password)
      const redeemed = ssh?.password ? await redeem(ssh.password) : undefined
      if (redeemed?.kind === 'secret') return { kind: 'password', user: ssh?.user || 'root', password: redeemed.secret, source: 'secret' }
    } catch (error) {
      if (!(error instanceof ProviderError && ['not-granted', 'not-found', 'not-available'].includes(error.problem))) throw error
    }
    return { kind: 'by-hand' }
  }
}
