/** The interventions as a command of the command line sees them: the window's journal, opened for one command. */
import { join } from 'node:path'
import { type Intervention, isOpen } from '../../shared/intervention.js'
import { defaultDataDir } from '../app.js'
import { systemClock } from '../clock.js'
import { makeQuery } from '../known-hosts/verdict.js'
import { silentLog } from '../log.js'
import { createInterventions, type Interventions, type Probe } from '../rescue/interventions.js'
import { createSettings } from '../settings.js'
import type { Options, TypedHost } from './arguments.js'
import type { Output } from './output.js'
import { absolute, resolveHost } from './target.js'

export const dataDirOf = (options: Options, home: string): string =>
  options.dataDir === undefined ? defaultDataDir() : absolute(options.dataDir, home)

const noProbe: Probe = async () => ({ kind: 'nothing' })

/**
 * Opens the journal, finishes what a crash interrupted and says so, runs `run`, closes. `probe`: only a command that waits for a
 * server asks one; the others never touch the network.
 */
export async function withInterventions<T>(
  o: { dataDir: string; output: Output; probe?: Probe },
  run: (interventions: Interventions) => Promise<T>,
): Promise<T> {
  const settings = createSettings(o.dataDir, silentLog)
  await settings.load()
  const interventions = createInterventions({
    dataDir: o.dataDir,
    clock: systemClock,
    probe: o.probe ?? noProbe,
    // Watching in the background is the window's: a command ends when its work is done.
    settings: () => ({ ...settings.get(), watchInBackground: false }),
    log: silentLog,
  })
  try {
    for (const { id, outcome } of await interventions.resume()) {
      const text = o.output.texts.restore.resumed[outcome]({ id })
      if (text) o.output.tell(text)
    }
    return await run(interventions)
  } finally {
    await interventions.dispose()
  }
}

export const openOnes = (interventions: Interventions): Intervention[] => interventions.list().filter(({ state }) => isOpen(state))

/** Open interventions for a typed HOST: by the name that known_hosts knows it by, in any files unless files were named. */
export async function findByHost(interventions: Interventions, host: TypedHost, options: Options, home: string): Promise<Intervention[]> {
  const target = await resolveHost(host, options, home)
  const { lookupName } = makeQuery(target.host, target.port, target.alias ? { alias: target.alias } : {})
  return openOnes(interventions).filter(
    (one) => one.lookupName === lookupName && (!options.knownHosts || one.files.every(({ path }) => target.userFiles.includes(path))),
  )
}

/** `host` or `[host]:port`: how a person recognises it. */
export const placeOf = ({ host, port }: Pick<Intervention, 'host' | 'port'>): string =>
  port === 22 ? host : host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

export const practiceKnownHosts = (dataDir: string): string => join(dataDir, 'practice', 'known_hosts')
