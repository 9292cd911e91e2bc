/**
 * The disks of one rescue visit: looked at without writing, opened and mounted by plans that were shown, closed again. Holds what was
 * found; the machine is asked again before every plan, and a plan that is no longer the one shown is refused.
 */
import { AppError } from '../../shared/errors.js'
import type { DisksState, Mount } from '../../shared/machine.js'
import type { Clock } from '../clock.js'
import { diskError, isDiskError } from './disk-errors.js'
import { chosenVolume, describeDisks, describeMount, type Findings, type Plans, plansOf, wayBack } from './disks-view.js'
import { proveIdentity } from './identity.js'
import { findUsers, type User } from './in-use.js'
import { takeInventory } from './inventory.js'
import { idOf, isMountOf, type Layers, linksOf, readLayers, roleOf } from './layers.js'
import { lookInside, quietOptions } from './look-inside.js'
import type { Machine } from './machine.js'
import { createMountedRoot, type MountedRoot } from './mounted-root.js'
import type { CustomerMount } from './mounts.js'
import { type Plan, type PlanStep, previewPlan } from './plans.js'

export interface Disks {
  state(): DisksState
  /** Lists, looks inside, compares. A failure is a state, not a throw. @throws AppError `wrong-state` while something runs. */
  look(): Promise<void>
  /** @throws AppError `not-found` for a device that holds no file system of the customer's. */
  choose(path: string): void
  /** @throws AppError `wrong-state` for a plan that is not the one shown, `wrong-passphrase`, and what `diskError` says. */
  unlock(digest: string, passphrase?: string): Promise<void>
  /**
   * `passphrase`: only where the plan asks for it; the one of `unlock` is remembered until something is mounted writable. What fails
   * beside the root itself is an error of its volume.
   */
  mount(digest: string, passphrase?: string): Promise<void>
  /**
   * Unmounts everything of the customer's disks, wherever it is mounted, and closes what hides it; `ours`: only what RescueTerm mounted
   * and opened. `digest`: of the plan that was shown. @returns what was unmounted; undefined when there was nothing to do, as the machine
   * is now. @throws AppError `still-in-use`, `wrong-state` for another plan than the one shown, before anything is unmounted.
   */
  unmount(wanted?: 'ours' | { digest: string }): Promise<Mount[] | undefined>
  /** Who keeps what is mounted in use. */
  users(): Promise<User[]>
  /** Asks the chosen system's private host key; the answer is in `identity`. False says nothing. @throws AppError `not-found` without a system. */
  prove(): Promise<boolean>
  mountedSystem(): MountedRoot | undefined
}

export interface DisksParts {
  machine: Machine
  /** Wire blobs of the lines set aside. */
  knownKeys(): readonly Buffer[]
  clock: Clock
  onDidChange(): void
  /** Where systems are mounted: `/mnt`. */
  place?: string
}

export function createDisks({ machine, knownKeys, clock, onDidChange, place = '/mnt' }: DisksParts): Disks {
  const findings: Findings = { phase: 'not-looked', systems: new Map(), errors: new Map(), proven: new Set(), opened: new Set(), place }
  // Until something is mounted writable: then it is needed no more.
  let passphraseKept: string | undefined
  let view: DisksState | undefined

  function changed(change: Partial<Findings>) {
    Object.assign(findings, change)
    view = undefined
    onDidChange()
  }
  const state = () => {
    view ??= describeDisks(findings, knownKeys())
    return view
  }

  async function exclusively<T>(busy: NonNullable<DisksState['busy']>, run: () => Promise<T>): Promise<T> {
    if (findings.busy || findings.phase === 'looking') throw new AppError('wrong-state')
    changed({ busy })
    try {
      return await run()
    } finally {
      changed({ busy: undefined })
    }
  }

  /** Lists again, without looking inside. */
  async function list(): Promise<Layers> {
    const inventory = await takeInventory(machine)
    const layers = readLayers(inventory)
    for (const { path, mapper } of layers.encrypted) {
      const before = findings.layers?.encrypted.find((one) => one.path === path)?.mapper
      if (before && before !== mapper) rename(before, mapper)
    }
    changed({ inventory, layers })
    return layers
  }

  /** What is known of a container's inside goes with its name. */
  function rename(before: string, after: string) {
    const { systems, errors, proven, wished } = findings
    for (const known of [systems, errors] as Map<string, unknown>[]) {
      if (known.has(before)) known.set(after, known.get(before))
      known.delete(before)
    }
    if (proven.delete(before)) proven.add(after)
    if (wished === before) findings.wished = after
  }

  async function lookAll() {
    const { own } = await list()
    const { devices, mounts } = findings.inventory!
    findings.systems.clear()
    findings.errors.clear()
    findings.proven.clear()
    const seen = new Set<string>()
    for (const device of devices) {
      if (roleOf(device, findings.inventory!, own) !== 'data' || !quietOptions(device.fileSystem)) continue
      if (device.fileSystem === 'btrfs') {
        // Several devices of one file system; it is looked at once.
        if (seen.has(device.uuid)) continue
        seen.add(device.uuid)
        if (devices.some((other) => own.has(other.path) && other.fileSystem === 'btrfs' && other.uuid === device.uuid)) {
          findings.errors.set(device.path, new AppError('same-file-system', { device: device.path }))
          continue
        }
      }
      const places = mounts.filter((mount) => isMountOf(device, mount))
      const mount = places.find(({ subtree }) => subtree === '/') ?? places[0]
      try {
        const found = await lookInside(machine, { device: device.path, fileSystem: device.fileSystem, mountedAt: mount?.target })
        const mounted = device.fileSystem === 'btrfs' && mount && mount.subtree !== '/' ? mount.subtree.slice(1) : undefined
        const subvolume = found?.subvolume ?? mounted
        if (found) findings.systems.set(device.path, { ...found, subvolume })
      } catch (error) {
        if (!isDiskError(error)) throw error
        findings.errors.set(device.path, error)
      }
      changed({})
    }
  }

  async function look() {
    if (findings.busy || findings.phase === 'looking') throw new AppError('wrong-state')
    changed({ phase: 'looking', error: undefined })
    try {
      await lookAll()
      changed({ phase: 'found', at: clock.now().toISOString() })
    } catch (error) {
      changed({ phase: 'failed', error: AppError.from(error) })
      if (!(error instanceof AppError)) throw error
    }
  }

  /** The plan with this digest, as the machine is now. */
  async function planNow(digest: string, purposes: readonly (keyof Plans)[]): Promise<Plan> {
    await list()
    const plans = plansOf(findings, chosenVolume(findings, knownKeys()))
    const plan = purposes.map((purpose) => plans[purpose]).find((one) => one && previewPlan(one).digest === digest)
    if (!plan) throw new AppError('wrong-state')
    return plan
  }

  async function runStep(step: PlanStep, passphrase?: string) {
    const { words, shown, risk, device, limitMs, asks } = step
    const result = await machine.run({
      words,
      risk,
      ...(shown ? { shown } : {}),
      ...(limitMs ? { limitMs } : {}),
      ...(asks ? { stdin: passphrase ?? '' } : {}),
    })
    if (result.exitCode === 0) return
    const tool = shown?.[0] ?? words[0]
    const osRelease = findings.inventory?.rescue.osRelease
    throw diskError(result, { tool, device, path: device, ...(osRelease ? { osRelease } : {}) })
  }

  /** @throws the first failure of a step that is not optional. */
  async function runPlan({ purpose, steps }: Plan, passphrase?: string) {
    let opened = 0
    let refused: AppError | undefined
    for (const step of steps) {
      if (step.asks && !passphrase) throw new AppError('wrong-passphrase', { device: step.device })
      try {
        await runStep(step, passphrase)
        if (step.asks) opened++
      } catch (error) {
        if (!isDiskError(error)) throw error
        // Several containers may have several passphrases; a system to be mounted needs all of its own.
        if (error.code === 'wrong-passphrase' && purpose === 'unlock') refused ??= error
        else if (!step.isOptional) throw error
        else findings.errors.set(step.device, error)
      }
    }
    if (refused && opened === 0) throw refused
  }

  async function unlock(digest: string, passphrase?: string) {
    const plan = await planNow(digest, ['unlock'])
    const before = findings.layers!
    try {
      await runPlan(plan, passphrase)
      if (plan.steps.some((step) => step.asks)) passphraseKept = passphrase
    } finally {
      await lookAll()
      const isOpen = openIds(before)
      changed({ opened: new Set([...findings.opened, ...[...openIds(findings.layers!)].filter((id) => !isOpen.has(id))]) })
    }
  }

  async function mount(digest: string, passphrase = passphraseKept) {
    const plan = await planNow(digest, ['mount', 'mountReadOnly'])
    const root = plan.steps.find((step) => step.words[0] === 'mount' && step.words.at(-2) === step.device)
    const mounted = state().mounted
    if (mounted && plan.steps.some((step) => step.words[0] === 'umount')) await refuseWhileUsed([mounted.root])
    try {
      await runPlan(plan, passphrase)
      if (root) changed({ mountedByUs: root.words.at(-1) })
      if (plan.purpose === 'mount') passphraseKept = undefined
    } finally {
      await list()
    }
  }

  const back = (what?: 'ours') => wayBack(findings, chosenVolume(findings, knownKeys()), what)

  async function unmount(wanted?: 'ours' | { digest: string }): Promise<Mount[] | undefined> {
    await list()
    const what = wanted === 'ours' ? wanted : undefined
    const { mounts, plan } = back(what)
    if (!plan) return undefined
    if (typeof wanted === 'object' && previewPlan(plan).digest !== wanted.digest) throw new AppError('wrong-state')
    const places = placesOf(mounts)
    await refuseWhileUsed(places)
    try {
      await runPlan(plan)
      passphraseKept = undefined
      changed({ opened: new Set(), mountedByUs: undefined })
    } catch (error) {
      if (error instanceof AppError && error.code === 'device-busy') await refuseWhileUsed(places)
      throw error
    } finally {
      await list()
    }
    // Something else lay on top of it, or a terminal was quicker.
    const [left] = back(what).mounts
    if (left) throw new AppError('device-busy', { device: left.device })
    return mounts.map(describeMount)
  }

  async function refuseWhileUsed(roots: readonly string[]) {
    const [first] = await findUsers(machine, roots)
    if (!first) return
    const { pid, command, directory } = first
    const path = roots.find((root) => `${directory}/`.startsWith(`${root}/`)) ?? directory
    throw new AppError('still-in-use', { path, pid, command, directory })
  }

  return {
    state,
    look,
    choose(path) {
      const volume = state().volumes.find((one) => one.path === path && (one.role === 'system' || one.role === 'data'))
      if (!volume) throw new AppError('not-found', { id: path })
      changed({ wished: path })
    },
    unlock: (digest, passphrase) => exclusively('unlock', () => unlock(digest, passphrase)),
    mount: (digest, passphrase) => exclusively('mount', () => mount(digest, passphrase)),
    unmount: (wanted) => exclusively('unmount', () => unmount(wanted)),
    users: () => findUsers(machine, placesOf(back().mounts)),
    prove: () =>
      exclusively('identity', async () => {
        const chosen = chosenVolume(findings, knownKeys())
        if (!chosen?.system) throw new AppError('not-found')
        const { device, system, mount } = chosen
        const lookAt = { device: device.path, fileSystem: device.fileSystem, mountedAt: mount?.target, subvolume: system.subvolume }
        const isProven = await proveIdentity(machine, lookAt, system.hostKeys, knownKeys())
        if (isProven) findings.proven.add(device.path)
        return isProven
      }),
    mountedSystem() {
      const mounted = state().mounted
      const system = mounted && findings.systems.get(mounted.device)
      return system && findings.layers ? createMountedRoot(machine, mounted, system, findings.inventory!, findings.layers.own) : undefined
    },
  }
}

const openIds = (layers: Layers) => new Set(linksOf(layers).flatMap((one) => (one.isOpen ? [idOf(one)] : [])))
const placesOf = (mounts: readonly CustomerMount[]) => mounts.map(({ target }) => target)
