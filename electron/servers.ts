import { randomUUID } from 'node:crypto'
import { AppError } from '../shared/errors.js'
import { parseHostAddress } from '../shared/host-address.js'
import type { ProviderLink } from '../shared/provider.js'
import { Server } from '../shared/server.js'
import type { Clock } from './clock.js'
import { createEmitter } from './emitter.js'
import type { Log } from './log.js'
import { createStoredList, type StoredList } from './stored-list.js'

export interface Servers extends Pick<StoredList<Server>, 'load' | 'unreadable'> {
  list(): readonly Server[]
  find(id: string): Server
  findByTarget(target: string): Server | undefined
  /** `name` empty: the target is the name. A target that is saved already answers with its id. */
  add(name: string, target: string): Promise<string>
  update(id: string, name: string, target: string): Promise<void>
  remove(id: string): Promise<void>
  /** Which machine of a provider it is; undefined: no longer. */
  link(id: string, link: ProviderLink | undefined): Promise<void>
  markUsed(id: string): Promise<void>
  onDidChange(listener: () => void): () => void
}

/** Saved servers in `<dataDir>/servers.json`, in the order they were added. No secrets. Names and targets are checked here. */
export function createServers(dataDir: string, clock: Clock, log: Log): Servers {
  const changed = createEmitter()
  const servers = createStoredList({ dataDir, name: 'servers', item: Server, log, onDidChange: changed.emit })

  function find(id: string): Server {
    const server = servers.all().find((one) => one.id === id)
    if (!server) throw new AppError('not-found', { id })
    return server
  }
  const checked = (name: string, target: string) => {
    const text = target.trim()
    const address = parseHostAddress(text)
    return { name: name.trim() || text.replace(/^ssh:\/\//i, ''), target: text, address }
  }

  return {
    list: servers.all,
    load: servers.load,
    unreadable: servers.unreadable,
    find,
    findByTarget: (target) => servers.all().find((one) => one.target === target.trim()),
    onDidChange: changed.on,
    async add(name, target) {
      const server = { id: randomUUID(), ...checked(name, target) }
      let known: Server | undefined
      await servers.change((list) => {
        known = list.find((one) => one.target === server.target)
        return known ? list : [...list, server]
      })
      return known?.id ?? server.id
    },
    async update(id, name, target) {
      find(id)
      const fields = checked(name, target)
      await servers.change((list) => list.map((one) => (one.id === id ? { ...one, ...fields } : one)))
    },
    async remove(id) {
      find(id)
      await servers.change((list) => list.filter((one) => one.id !== id))
    },
    async link(id, link) {
      find(id)
      await servers.change((list) =>
        list.map(({ provider, ...one }) => ({ ...one, ...(one.id === id ? link && { provider: link } : provider && { provider }) })),
      )
    },
    async markUsed(id) {
      await servers.change((list) => list.map((one) => (one.id === id ? { ...one, lastUsed: clock.now().toISOString() } : one)))
    },
  }
}
