/**
 * Composition root of the core: builds the services, hands each what it needs of the others as a function, resumes
 * interventions, and publishes one small state. Knows neither Electron nor a window; both faces call `createApp`.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { AppState } from '../shared/contract.js'
import { AppError } from '../shared/errors.js'
import { parseHostAddress } from '../shared/host-address.js'
import { interventionAt } from '../shared/intervention.js'
import type { VaultState } from '../shared/provider.js'
import type { ImportableServer, ServerBadge, ServerState } from '../shared/server.js'
import { concerns } from '../shared/server-of.js'
import type { KnownHostsFile } from '../shared/settings.js'
import type { Dimensions } from '../shared/terminal-session.js'
import { visitId } from '../shared/visit-id.js'
import { type Clock, systemClock } from './clock.js'
import { createEmitter } from './emitter.js'
import { createFiles, type Files } from './files/files.js'
import { describeKnownHostsFile, readKnownHosts } from './known-hosts/files.js'
import { randomart } from './known-hosts/key.js'
import { keysOnFile } from './known-hosts/keys-on-file.js'
import { isKnownName, makeQuery, orderHostKeyAlgorithms } from './known-hosts/verdict.js'
import { type Log, stderrLog } from './log.js'
import { commandLine } from './machine/machine.js'
import { chrootShellWords } from './machine/mounted-root.js'
import { createPracticeServer, type PracticeServer } from './practice/server.js'
import { type Accounts, createAccounts, type GivenAccount } from './providers/accounts.js'
import { type AccountImport, createAccountImport } from './providers/import-account.js'
import { noVault, type SecretVault } from './providers/vault.js'
import { createInterventions, type Interventions } from './rescue/interventions.js'
import { createServers, type Servers } from './servers.js'
import { createTerminalSessions, type SessionTarget, type TerminalSessions } from './sessions/terminal-sessions.js'
import { createSettings, type SettingsStore } from './settings.js'
import { listConfigHosts, type ResolvedTarget, resolveTarget } from './ssh/config.js'
import type { connectSsh } from './ssh/connect.js'
import type { probeHostKey } from './ssh/probe.js'
import { createVisits, type Visits, type VisitTarget } from './visit/visits.js'

export interface Platform {
  version: string
  /** `home` is where `.ssh` lives; `dataDir` holds settings, servers, journal, copies and the practice server. */
  paths: { home: string; dataDir: string }
  /** Opens a file with the program the desktop chooses; only the window can. */
  openFile?(path: string): Promise<void>
  /** The keyring; without one, secrets live as long as the process. */
  vault?: SecretVault
  /** Provider accounts of this run only. */
  accounts?: readonly GivenAccount[]
}

/** Replaced in tests only. */
export interface AppParts {
  clock: Clock
  log: Log
  connect: typeof connectSsh
  probe: typeof probeHostKey
  resolve: typeof resolveTarget
}

export interface App {
  state(): AppState
  onDidChange(listener: () => void): () => void
  /** Loads what is stored and resumes interventions. Everything else waits for it. */
  start(): Promise<void>
  terminals: TerminalSessions
  interventions: Interventions
  servers: Servers
  settings: SettingsStore
  practice: PracticeServer
  files: Files
  accounts: Accounts
  visits: Visits
  /** A saved server as `ssh` would reach it. @throws AppError `not-found`, `config-failed`, `proxy-unsupported`. */
  visitTarget(serverId: string): Promise<VisitTarget>
  accountImport: AccountImport
  /** @throws AppError `not-mounted`, `closed-early`. */
  openChroot(sessionId: string, dimensions: Dimensions): Promise<string>
  /** Opens a file of the mounted system in the desktop's program. @throws AppError `closed-early`, `not-mounted`, `path-missing`. */
  editMounted(sessionId: string, path: string): Promise<void>
  /** @throws AppError `bad-address`, `bad-port` or `not-found` before anything is tried. */
  sessionTarget(from: { kind: 'address'; text: string } | { kind: 'server'; id: string } | { kind: 'practice' }): Promise<SessionTarget>
  importable(): Promise<ImportableServer[]>
  knownHostsFiles(): Promise<KnownHostsFile[]>
  dismissResumed(): Promise<void>
  dispose(): Promise<void>
}

const loadSsh = () => import('./ssh/connect.js')
/** The window has drawn its first page by then; the first connection need not wait for what it needs. */
const LOAD_SSH_MS = 1000

export function createApp(platform: Platform, replaced: Partial<AppParts> = {}): App {
  const parts: AppParts = {
    clock: systemClock,
    log: stderrLog,
    // ssh2 and everything about repairs are two thirds of the code: a window is not kept waiting for them.
    connect: async (target, o) => (await loadSsh()).connectSsh(target, o),
    probe: async (target) => (await import('./ssh/probe.js')).probeHostKey(target),
    resolve: resolveTarget,
    ...replaced,
  }
  const { clock, log } = parts
  const { home, dataDir } = platform.paths
  const changed = createEmitter()
  const badges = new Map<string, Extract<ServerBadge, 'known' | 'new' | 'changed' | 'revoked'>>()
  let resumed: AppState['resumed'] = []
  let isListsFaultSeen = false
  let configHosts: Awaited<ReturnType<typeof listConfigHosts>> = []

  const settings = createSettings(dataDir, log)
  const servers = createServers(dataDir, clock, log)
  const practice = createPracticeServer({ dataDir, randomart })
  const interventions = createInterventions({ dataDir, clock, log, probe: parts.probe, settings: settings.get })
  const terminals = createTerminalSessions({
    connect: parts.connect,
    readKnownHosts,
    isRescueKey: (host, port, blob) => visits.isRescueKey(visitId(host, port), blob),
    comparePublished: (host, port, blob, signal) => visits.comparePublished(visitId(host, port), blob, signal),
    interventions,
    clock,
    log,
    async onDidSignIn(target) {
      if (target.practice) return undefined
      try {
        const id = target.serverId ?? (await servers.add(target.name, target.text))
        await servers.markUsed(id)
        return id
      } catch (error) {
        // The person is in: a list that cannot be written is no reason to end that.
        log.error('a server could not be listed', error)
        return target.serverId
      }
    },
    onDidJudge(target, badge) {
      badges.set(target.text, badge)
      changed.emit()
    },
  })

  const files = createFiles({
    dataDir,
    clock,
    log,
    sessions: () =>
      terminals.openConnections().map(({ session: { id, user, host, port }, connection, isRescue }) => ({
        sessionId: id,
        connection,
        user,
        host,
        port,
        inRescue: isRescue,
      })),
    onDidChangeSessions: terminals.onDidChange,
    openFile: platform.openFile ?? (() => Promise.reject(new AppError('wrong-state'))),
  })

  // The command line shares the folder; what the window waits for and copies there is the window's to go on with.
  const isWindow = platform.openFile !== undefined
  const vault = platform.vault ?? noVault
  let vaultState: VaultState = { kind: 'none', reason: 'no-window' }
  const accounts = createAccounts({ dataDir, vault, parts: { clock, log }, given: platform.accounts })
  /** Rescue systems, and systems whose key was accepted just once: those may be one. */
  const openRescues = () =>
    terminals.openConnections().flatMap(({ session, connection }) => {
      const whose = session.phase.kind === 'open' ? session.phase.connection.key.whose : 'known'
      return whose === 'known' || session.practice ? [] : [{ id: visitId(session.host, session.port), session, connection, whose }]
    })
  const interventionOf = (id: string) => interventionAt(interventions.list(), id)
  const visits = createVisits({
    dataDir,
    clock,
    log,
    loadTasks: async () => (await import('./repair/tasks.js')).createRepairTasks(clock),
    measureSpeed: async (system, options, signal, onProgress) =>
      (await import('./repair/speed/measure.js')).measureSpeed(clock, system, options, signal, onProgress),
    accounts,
    connection(id) {
      const open = openRescues().filter((one) => one.id === id)
      const [first] = open
      if (!first) return undefined
      const { connection, whose } = first
      return {
        execute: (line, options) => connection.execute(line, options),
        user: connection.user,
        hostKey: connection.hostKey,
        isRescue: whose === 'rescue',
        sessionIds: open.map(({ session }) => session.id),
      }
    },
    intervention: interventionOf,
    linkOf(id) {
      const session = terminals.list().find((one) => one.serverId && visitId(one.host, one.port) === id)
      const server = servers.list().find((one) => one.id === session?.serverId || visitId(one.address.host, one.address.port ?? 22) === id)
      return server?.provider
    },
    keysAside(id) {
      const found = interventionOf(id)
      return found ? interventions.knownKeys(found.id) : []
    },
    async usualKeys({ host, port, target }) {
      const resolved = await parts.resolve(target, { home })
      const files = await readKnownHosts({ user: resolved.userFiles, system: resolved.systemFiles })
      const query = makeQuery(host, port, resolved.alias ? { alias: resolved.alias } : {})
      return { keys: keysOnFile(files, query), hostKeyAlgorithms: orderHostKeyAlgorithms(files, query) }
    },
    watchReturn: (interventionId) => interventions.leave(interventionId),
    probe: parts.probe,
  })

  async function loadAccounts() {
    vaultState = await vault.available().catch(() => vaultState)
    await accounts.load()
  }

  async function visitTarget(serverId: string): Promise<VisitTarget> {
    const server = servers.find(serverId)
    const { host, port, proxy } = await parts.resolve(server.target, { home })
    if (proxy) throw new AppError('proxy-unsupported', { proxy })
    return { id: visitId(host, port), name: server.name, target: server.target, host, port, link: server.provider }
  }

  async function mountedSystemOf(sessionId: string) {
    const found = openRescues().find(({ session }) => session.id === sessionId)
    if (!found) throw new AppError('closed-early')
    const system = (await visits.open(found.id)).disks.mountedSystem()
    if (!system) throw new AppError('not-mounted')
    return system
  }
  async function openChroot(sessionId: string, dimensions: Dimensions): Promise<string> {
    const system = await mountedSystemOf(sessionId)
    return terminals.duplicate(sessionId, dimensions, commandLine(chrootShellWords(system.root)))
  }

  async function editMounted(sessionId: string, path: string): Promise<void> {
    const { files: inSystem } = await mountedSystemOf(sessionId)
    files.edits.open(sessionId, await inSystem.locate(path))
  }

  async function resolvePractice(): Promise<ResolvedTarget> {
    const { port, knownHostsFile } = practice.state()
    if (!port || !knownHostsFile) throw new AppError('wrong-state')
    return {
      typed: 'practice',
      host: '127.0.0.1',
      port,
      user: 'root',
      checkHostIp: false,
      hashKnownHosts: false,
      strict: 'ask',
      userFiles: [knownHostsFile],
      systemFiles: [],
      identityFiles: [],
      identitiesOnly: true,
      notes: [],
    }
  }

  async function sessionTarget(from: Parameters<App['sessionTarget']>[0]): Promise<SessionTarget> {
    if (from.kind === 'practice') {
      await practice.start()
      return { name: 'practice', text: 'practice', practice: true, resolve: resolvePractice }
    }
    const saved = from.kind === 'server' ? servers.find(from.id) : servers.findByTarget(from.text)
    const text = saved?.target ?? (from as { text: string }).text.trim()
    const address = parseHostAddress(text)
    return {
      name: saved?.name ?? address.host,
      text,
      practice: false,
      serverId: saved?.id,
      resolve: (signal) => parts.resolve(text, { home, signal }),
    }
  }

  /** Badges of servers nobody has connected to since the start: what the files say, one `ssh -G` at a time in the background. */
  async function judgeServers(signal: AbortSignal) {
    for (const server of servers.list()) {
      if (signal.aborted) return
      if (badges.has(server.target)) continue
      try {
        const target = await parts.resolve(server.target, { home, signal })
        const files = await readKnownHosts({ user: target.userFiles, system: target.systemFiles })
        const query = makeQuery(target.host, target.port, target.alias ? { alias: target.alias } : {})
        badges.set(server.target, isKnownName(files, query) === 'known' ? 'known' : 'new')
        changed.emit()
      } catch (error) {
        if (!signal.aborted) log.info(`no badge for a server: ${error instanceof Error ? error.message : 'unknown reason'}`)
      }
    }
  }
  const background = new AbortController()
  let judging = Promise.resolve()
  let cancelLoading = () => {}

  /** The practice drill goes on by itself once the server is back, as an admin would press *Reconnect*. */
  function followPractice() {
    const { mode } = practice.state()
    if (mode !== 'normal' && mode !== 'rescue') return
    for (const session of terminals.list()) {
      const open = interventions.list().find((one) => one.practice && one.state === 'active')
      const waits = session.phase.kind === 'lost' || session.phase.kind === 'failed'
      // While lines are set aside the watch looks for the known key; the summary page then offers the terminal.
      if (session.practice && waits && !(mode === 'normal' && open)) terminals.reconnect(session.id)
    }
  }

  function onDidChangeRescues() {
    visits.refresh(openRescues().map(({ id }) => id))
    changed.emit()
  }

  const stops = [
    settings.onDidChange(changed.emit),
    servers.onDidChange(() => {
      changed.emit()
      judging = judging.then(() => judgeServers(background.signal))
    }),
    interventions.onDidChange(onDidChangeRescues),
    terminals.onDidChange(onDidChangeRescues),
    accounts.onDidChange(changed.emit),
    visits.onDidChange(changed.emit),
    practice.onDidChange(() => {
      changed.emit()
      followPractice()
    }),
  ]

  function serverState(server: ReturnType<Servers['list']>[number]): ServerState {
    const open = interventions
      .list()
      .find((one) => !one.practice && (one.state === 'active' || one.state === 'needs-attention') && concerns(one, server))
    if (!open) return { ...server, badge: badges.get(server.target) ?? 'new' }
    const badge = open.state === 'needs-attention' ? 'attention' : open.thirdKey ? 'alarm' : 'rescue'
    return { ...server, badge, since: open.since, interventionId: open.id }
  }

  return {
    terminals,
    interventions,
    servers,
    settings,
    practice,
    files,
    accounts,
    visits,
    visitTarget,
    openChroot,
    editMounted,
    accountImport: createAccountImport(accounts, home),
    sessionTarget,
    onDidChange: changed.on,
    state: () => ({
      version: platform.version,
      dataDir,
      settings: settings.get(),
      servers: servers.list().map(serverState),
      sessions: terminals.list(),
      interventions: interventions.list(),
      history: interventions.history(),
      practice: practice.state(),
      resumed,
      keptEdits: files.edits.kept(),
      unreadable: isListsFaultSeen ? [] : [servers.unreadable(), accounts.unreadable()].filter((file) => file !== undefined),
      sshConfigServers: configHosts.length,
      accounts: accounts.list(),
      vault: vaultState,
      entering: visits.entering(),
    }),
    async start() {
      await Promise.all([settings.load(), servers.load()])
      resumed = await interventions.resume()
      if (isWindow) {
        await files.load()
        // Beside the rest: a keyring that asks its owner, or a provider that does not answer, must not hold the start.
        void loadAccounts()
          .then(visits.start)
          .catch((error) => log.error('visits could not be gone on with', error))
      } else await loadAccounts()
      configHosts = await listConfigHosts(home).catch((error) => {
        log.error('the ssh config could not be listed', error)
        return []
      })
      judging = judgeServers(background.signal)
      if (isWindow) cancelLoading = clock.setTimeout(() => void loadSsh(), LOAD_SSH_MS)
      changed.emit()
    },
    async importable() {
      configHosts = await listConfigHosts(home)
      return configHosts.map((host) => ({ ...host, alreadySaved: servers.findByTarget(host.target) !== undefined }))
    },
    async knownHostsFiles() {
      // The files of a host without rules of its own: what `ssh` uses when the configuration says nothing else.
      const target = await parts.resolve('localhost', { home })
      return Promise.all([
        ...target.userFiles.map((path) => describeKnownHostsFile(path, false)),
        ...target.systemFiles.map((path) => describeKnownHostsFile(path, true)),
      ])
    },
    async dismissResumed() {
      resumed = []
      isListsFaultSeen = true
      await files.edits.dismissKept()
      changed.emit()
    },
    async dispose() {
      background.abort()
      cancelLoading()
      for (const stop of stops) stop()
      await Promise.all([files.dispose(), visits.dispose()])
      terminals.dispose()
      await Promise.all([interventions.dispose(), practice.dispose(), judging])
    },
  }
}

/** Where both faces keep their data: what Electron calls userData, so that window and command line share one journal. */
export function defaultDataDir(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (environment.RESCUETERM_DATA_DIR) return environment.RESCUETERM_DATA_DIR
  const home = environment.HOME ?? homedir()
  if (platform === 'darwin') return join(home, 'Library/Application Support/RescueTerm')
  if (platform === 'win32') return join(environment.APPDATA ?? join(home, 'AppData/Roaming'), 'RescueTerm')
  return join(environment.XDG_CONFIG_HOME ?? join(home, '.config'), 'RescueTerm')
}
