/**
 * OVHcloud VPS. Changing the boot mode restarts the machine by itself, except on the model of 2014, and tells no task: the task is
 * found by what was not there before. Where none shows up the restart is asked for.
 */
import { z } from 'zod'
import type { Before, MachineState, Operation, ProviderServer } from '../../../shared/provider.js'
import { stripServerLine } from '../../../shared/server-text.js'
import type { Clock } from '../../clock.js'
import { listEach, type OnLeftOut } from '../listing.js'
import { manualWay } from '../manual.js'
import { afterChange, askAndLook, ProviderError } from '../problem.js'
import type { ChangeOptions } from '../provider.js'
import { poll, sleep, type WatchOptions, watch } from '../wait.js'
import { nothing, type OvhClient } from './client.js'
import { noteMails } from './mails.js'

const Vps = z.object({
  name: z.string().optional(),
  displayName: z.string().nullish(),
  state: z.string(),
  netbootMode: z.string(),
  model: z.object({ version: z.string().optional() }).optional(),
})
const Task = z.object({ id: z.number().int(), progress: z.number().optional(), state: z.string(), type: z.string() })
const Ids = z.array(z.number().int())
const Names = z.array(z.string())

/** OVH's own command line asks every 5 s; the panel waits 40 s before it restarts a machine of 2014. */
const EVERY_MS = 5000
const OWN_RESTART_MS = 40_000
const restarts = new Set(['setNetboot', 'rebootVm'])
const faults = new Set(['error', 'blocked', 'cancelled'])

const states: Record<string, MachineState> = { running: 'running', rescued: 'rescue', stopped: 'off' }
const inProgress = new Set(['backuping', 'installing', 'maintenance', 'rebooting', 'stopping', 'upgrading'])
const machineState = (state: string): MachineState => states[state] ?? (inProgress.has(state) ? 'busy' : 'unknown')

export function createVps(client: OvhClient, clock: Clock, readMail: boolean) {
  const path = (name: string) => `/vps/${encodeURIComponent(name)}`
  const read = (name: string, signal: AbortSignal) => client.call('GET', path(name), { answer: Vps, signal })
  const taskIds = (name: string, signal: AbortSignal) => client.call('GET', `${path(name)}/tasks`, { answer: Ids, signal })
  const task = (name: string, id: number, signal: AbortSignal) => client.call('GET', `${path(name)}/tasks/${id}`, { answer: Task, signal })

  const setMode = (name: string, netbootMode: 'rescue' | 'local', signal: AbortSignal) =>
    askAndLook(
      () => client.call('PUT', path(name), { body: { netbootMode }, answer: nothing, signal }),
      async () => (await read(name, signal)).netbootMode === netbootMode,
    )

  async function reboot(name: string, signal: AbortSignal): Promise<number | undefined> {
    try {
      return (await client.call('POST', `${path(name)}/reboot`, { answer: Task, signal })).id
    } catch (error) {
      // A restart is running: that is all that was wanted.
      if (error instanceof ProviderError && error.problem === 'busy') return undefined
      throw error
    }
  }

  /** The task that the change of mode has started, or undefined when none has. @throws ProviderError when OVH could not tell in the end. */
  async function findTask(name: string, before: Before, signal: AbortSignal): Promise<number | undefined> {
    const known = new Set(before.tasks)
    const found = await poll({
      clock,
      signal,
      everyMs: EVERY_MS,
      limitMs: OWN_RESTART_MS,
      async look() {
        const fresh = (await taskIds(name, signal)).filter((id) => !known.has(id)).sort((a, b) => b - a)
        for (const id of fresh) if (restarts.has((await task(name, id, signal)).type)) return id
        return undefined
      },
    })
    if (found.kind === 'failed') throw found.error
    // A second restart would hit a machine that may be starting already: not on a guess.
    if (found.kind === 'timed-out' && found.trouble) throw found.trouble
    return found.kind === 'found' ? found.value : undefined
  }

  async function restart(name: string, mode: 'rescue' | 'local', o: ChangeOptions): Promise<{ before: Before; task?: number }> {
    const vps = await read(name, o.signal)
    const tasks = await taskIds(name, o.signal)
    const mails = readMail && mode === 'rescue' ? await noteMails(client, o.signal) : undefined
    const before: Before = { at: client.now().toISOString(), boot: vps.netbootMode, tasks, ...(mails ? { mails } : {}) }
    await o.beforeChange(before)
    o.signal.throwIfAborted()
    const { signal } = new AbortController()
    await setMode(name, mode, signal)
    return afterChange('boot-mode', async () => {
      const restartsItself = vps.model?.version !== '2014v1'
      if (!restartsItself) await sleep(clock, OWN_RESTART_MS, signal)
      const id = (restartsItself ? await findTask(name, before, signal) : undefined) ?? (await reboot(name, signal))
      return { before, ...(id === undefined ? {} : { task: id }) }
    })
  }

  return {
    async list(signal: AbortSignal, onLeftOut: OnLeftOut): Promise<ProviderServer[]> {
      const names = await client.call('GET', '/vps', { answer: Names, signal })
      const view = async (name: string): Promise<ProviderServer> => {
        const [vps, addresses] = await Promise.all([read(name, signal), client.call('GET', `${path(name)}/ips`, { answer: Names, signal })])
        const label = stripServerLine(vps.displayName || name, 100)
        return { id: `vps/${name}`, product: 'vps', name: label, addresses, state: machineState(vps.state) }
      }
      return listEach(names, onLeftOut, view)
    },
    addresses: (name: string, signal: AbortSignal) => client.call('GET', `${path(name)}/ips`, { answer: Names, signal }),
    async inspect(name: string, signal: AbortSignal) {
      const vps = await read(name, signal)
      const requests = [{ method: 'PUT', path: path(name), body: JSON.stringify({ netbootMode: 'rescue' }) }]
      if (vps.model?.version === '2014v1') requests.push({ method: 'POST', path: `${path(name)}/reboot`, body: '' })
      return { state: machineState(vps.state), requests }
    },
    async enter(name: string, o: ChangeOptions) {
      return { operation: { kind: 'enter' as const, server: `vps/${name}`, ...(await restart(name, 'rescue', o)) } }
    },
    async leave(name: string, o: ChangeOptions): Promise<Operation> {
      return { kind: 'leave', server: `vps/${name}`, ...(await restart(name, 'local', o)) }
    },
    progress(name: string, operation: Operation, o: WatchOptions) {
      const wanted = operation.kind === 'enter' ? 'rescue' : 'running'
      let pending = operation.task
      let percent: number | undefined
      let type: string | undefined
      return watch({
        ...o,
        clock,
        everyMs: EVERY_MS,
        startedAt: operation.before.at,
        now: client.now,
        manual: manualWay('ovhcloud-vps', operation.kind),
        async look() {
          if (pending !== undefined) {
            const now = await task(name, pending, o.signal)
            if (faults.has(now.state)) {
              const data = { task: stripServerLine(now.type), state: stripServerLine(now.state) }
              return { kind: 'failed', error: new ProviderError('ovhcloud', 'task-failed', { data, changed: 'boot-mode' }) }
            }
            percent = now.progress
            type = stripServerLine(now.type)
            if (now.state !== 'done') return { kind: 'busy', percent, task: type }
            pending = undefined
          }
          return machineState((await read(name, o.signal)).state) === wanted ? { kind: 'done' } : { kind: 'busy', percent, task: type }
        },
      })
    },
    async console(name: string, signal: AbortSignal) {
      const answer = z.url({ protocol: /^https$/ })
      return new URL(await client.call('POST', `${path(name)}/getConsoleUrl`, { answer, signal }))
    },
  }
}
