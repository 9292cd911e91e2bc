/** OVHcloud Public Cloud instances. One call enters and leaves; never stop or suspend one in rescue, that breaks the way back. */
import { z } from 'zod'
import type { Before, MachineState, Operation, ProviderServer } from '../../../shared/provider.js'
import { stripServerLine } from '../../../shared/server-text.js'
import type { Clock } from '../../clock.js'
import { listEach, type OnLeftOut } from '../listing.js'
import { manualWay } from '../manual.js'
import { afterChange, ProviderError } from '../problem.js'
import { type ChangeOptions, type Credentials, type CredentialsOptions, type Entered, pollCredentials } from '../provider.js'
import { type WatchOptions, watch } from '../wait.js'
import type { OvhClient } from './client.js'

const Instance = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  ipAddresses: z.array(z.object({ ip: z.string(), type: z.string() })).nullish(),
  rescuePassword: z.string().nullish(),
})
const AdminPassword = z.object({ adminPassword: z.string().nullish() })
const Names = z.array(z.string())
const EVERY_MS = 5000

const states: Record<string, MachineState> = { ACTIVE: 'running', RESCUE: 'rescue', RESCUED: 'rescue', SHUTOFF: 'off', STOPPED: 'off' }
const steady = new Set(['ERROR', 'DELETED', 'SOFT_DELETED', 'UNKNOWN'])
const machineState = (status: string): MachineState => states[status] ?? (steady.has(status) ? 'unknown' : 'busy')

const failure = (status: string) =>
  new ProviderError('ovhcloud', 'task-failed', { data: { task: 'rescueMode', state: stripServerLine(status) } })

/** `id` is `<project>/<instance>`. */
export function createCloud(client: OvhClient, clock: Clock) {
  const project = (name: string) => `/cloud/project/${encodeURIComponent(name)}/instance`
  const path = (id: string) => {
    const [name = '', instance = ''] = id.split('/')
    return `${project(name)}/${encodeURIComponent(instance)}`
  }
  const read = (id: string, signal: AbortSignal) => client.call('GET', path(id), { answer: Instance, signal })

  async function setRescue(id: string, rescue: boolean, o: ChangeOptions): Promise<{ before: Before; password?: string }> {
    const instance = await read(id, o.signal)
    const before: Before = { at: client.now().toISOString(), boot: stripServerLine(instance.status) }
    await o.beforeChange(before)
    o.signal.throwIfAborted()
    const { signal } = new AbortController()
    try {
      const answer = await client.call('POST', `${path(id)}/rescueMode`, { body: { rescue }, answer: AdminPassword.nullable(), signal })
      return { before, ...(answer?.adminPassword ? { password: answer.adminPassword } : {}) }
    } catch (error) {
      // A lost answer is looked up; the password of a rescue system can be read later too.
      if (!(error instanceof ProviderError) || error.changed !== 'unknown') throw error
      const { status } = await afterChange('unknown', () => read(id, signal))
      if (rescue ? !status.startsWith('RESCU') : status !== 'UNRESCUING' && status !== 'ACTIVE') throw error
      return { before }
    }
  }

  return {
    async list(signal: AbortSignal, onLeftOut: OnLeftOut): Promise<ProviderServer[]> {
      const projects = await client.call('GET', '/cloud/project', { answer: Names, signal })
      const view = async (name: string) =>
        (await client.call('GET', project(name), { answer: z.array(Instance), signal })).map(
          (one): ProviderServer => ({
            id: `cloud/${name}/${one.id}`,
            product: 'cloud',
            name: stripServerLine(one.name, 100),
            addresses: (one.ipAddresses ?? []).filter(({ type }) => type === 'public').map(({ ip }) => ip),
            state: machineState(one.status),
          }),
        )
      return (await listEach(projects, onLeftOut, view)).flat()
    },
    async inspect(id: string, signal: AbortSignal) {
      const { status } = await read(id, signal)
      return {
        state: machineState(status),
        requests: [{ method: 'POST', path: `${path(id)}/rescueMode`, body: JSON.stringify({ rescue: true }) }],
      }
    },
    async enter(id: string, o: ChangeOptions): Promise<Entered> {
      const { before, password } = await setRescue(id, true, o)
      const operation: Operation = { kind: 'enter', server: `cloud/${id}`, before }
      return password ? { operation, credentials: { kind: 'password', user: 'root', password, source: 'answer' } } : { operation }
    },
    async leave(id: string, o: ChangeOptions): Promise<Operation> {
      const { before } = await setRescue(id, false, o)
      return { kind: 'leave', server: `cloud/${id}`, before }
    },
    progress(id: string, operation: Operation, o: WatchOptions) {
      const wanted = operation.kind === 'enter' ? 'rescue' : 'running'
      return watch({
        ...o,
        clock,
        everyMs: EVERY_MS,
        startedAt: operation.before.at,
        now: client.now,
        manual: manualWay('ovhcloud-cloud', operation.kind),
        async look() {
          const { status } = await read(id, o.signal)
          if (machineState(status) === wanted) return { kind: 'done' }
          return status === 'ERROR' ? { kind: 'failed', error: failure(status) } : { kind: 'busy', task: stripServerLine(status) }
        },
      })
    },
    credentials(id: string, o: CredentialsOptions): Promise<Credentials> {
      return pollCredentials({
        ...o,
        clock,
        everyMs: EVERY_MS,
        async look() {
          const { status, rescuePassword } = await read(id, o.signal)
          if (status === 'ERROR') throw failure(status)
          if (machineState(status) !== 'rescue') return undefined
          return rescuePassword ? { kind: 'password', user: 'root', password: rescuePassword, source: 'server' } : { kind: 'by-hand' }
        },
      })
    },
    async console(id: string, signal: AbortSignal) {
      const answer = z.object({ url: z.url({ protocol: /^https$/ }) })
      return new URL((await client.call('POST', `${path(id)}/vnc`, { answer, signal })).url)
    },
  }
}
