import { beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../electron/log.js'
import { manualWay } from '../../../electron/providers/manual.js'
import { createLeaving, type Leaving, OVERDUE_MS, type WayBack } from '../../../electron/visit/leaving.js'
import { AppError } from '../../../shared/errors.js'
import type { Intervention } from '../../../shared/intervention.js'
import { allMounts, type Mount } from '../../../shared/machine.js'
import type { LeavingItemId } from '../../../shared/visit.js'
import { createFakeClock } from '../../support/fake-clock.js'

type Users = { pid: number; command: string; directory: string }[]

let clock: ReturnType<typeof createFakeClock>
let world: {
  isConnected: boolean
  /** The rescue system answers no more. */
  isDown: boolean
  isMounted: boolean
  /** Mounted by hand at another place. */
  elsewhere: Mount[]
  faults: Set<string>
  found: number
  users: Users
  byApi: WayBack['byApi']
  stickiness: 'until-left' | 'one-boot'
  intervention: { id: string; state: Intervention['state']; summary?: { at: string } } | undefined
  commands: string[]
  saved: unknown
  /** Somebody mounted it in a terminal since the last look. */
  isMountedSince: boolean
  lookFails: boolean
  /** The look that begins with the connection is still under way. */
  isLooking: boolean
  looks: number
  /** Something else runs on the mounted system. */
  isBusy: boolean
  /** The tasks of each look. */
  examined: string[]
  /** The last list there was. */
  last: string[]
}
let leaving: Leaving

beforeEach(() => {
  clock = createFakeClock()
  world = {
    isConnected: true,
    isDown: false,
    isMounted: true,
    elsewhere: [],
    faults: new Set(),
    found: 3,
    users: [],
    byApi: undefined,
    stickiness: 'until-left',
    intervention: { id: 'one', state: 'active' },
    commands: [],
    saved: undefined,
    isMountedSince: false,
    lookFails: false,
    isLooking: false,
    looks: 0,
    isBusy: false,
    examined: [],
    last: [],
  }
  leaving = build()
})

function build(): Leaving {
  const mounted = { device: '/dev/sdb1', root: '/mnt', readOnly: false, ours: true, others: [], bound: true }
  const system = () => ({ identity: { kind: world.found > 0 ? 'same' : 'other', found: world.found, known: 3, keys: [] } })
  let phase = 'not-looked'
  const list = () => {
    world.isMounted ||= world.isMountedSince
    world.isMountedSince = false
  }
  const disks = {
    state: () => ({
      phase: world.isLooking ? 'looking' : phase,
      volumes: [{ path: '/dev/sdb1', system: system() }],
      ...(phase === 'failed' ? { error: { code: 'timeout', data: { seconds: 10 } } } : {}),
      ...(world.isMounted ? { mounted } : {}),
      ...(world.elsewhere.length > 0 ? { elsewhere: world.elsewhere } : {}),
    }),
    async look() {
      if (world.isLooking) throw new AppError('wrong-state')
      world.looks++
      phase = world.lookFails ? 'failed' : 'found'
      if (!world.lookFails) list()
    },
    mountedSystem: () => (world.isMounted ? {} : undefined),
    users: async () => world.users,
    async unmount() {
      if (world.lookFails) throw new AppError('tool-missing', { tool: 'lsblk' })
      list()
      if (world.users.length > 0) throw new AppError('still-in-use', {})
      const all = allMounts(disks.state() as never)
      world.isMounted = false
      world.elsewhere = []
      return all.length > 0 ? all : undefined
    },
  }
  const repairs = {
    async examine(tasks: string[]) {
      world.examined.push(tasks.join(' '))
      if (world.isBusy) throw new AppError('wrong-state')
    },
    state: () => ({
      tasks: ['access', 'boot', 'network', 'firewall', 'speed'].map((task) => ({
        task,
        findings: world.faults.has(task) ? [{ state: 'fault', keepsOut: true, words: { code: `${task}-broken`, values: {} } }] : [],
      })),
    }),
  }
  return createLeaving({
    clock,
    log: silentLog,
    isConnected: () => world.isConnected,
    disks: () => disks as never,
    repairs: repairs as never,
    machine: {
      async run({ shown }) {
        world.commands.push(shown!.join(' '))
        return { exitCode: 0, stdout: Buffer.alloc(0), stderr: '', truncated: false, timedOut: false }
      },
    },
    manual: () => manualWay('other', 'leave'),
    wayBack: async () => ({ stickiness: world.stickiness, byApi: world.byApi }),
    isDown: async () => world.isDown,
    watch: async () => {
      world.commands.push('watch')
    },
    intervention: () => world.intervention as Intervention | undefined,
    onlyTerminal: () => 'tab-1',
    onDidChange() {
      world.last = leaving?.state()?.items.map(({ id, state }) => `${id} ${state}`) ?? world.last
    },
    didReturn: async () => void world.commands.push('returned'),
    async save(state) {
      world.saved = state
    },
  })
}

const settle = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}
const stateOf = (id: LeavingItemId) => leaving.state()!.items.find((one) => one.id === id)!

describe('leaving by API', () => {
  it('ticks everything off and ends when the lines are back', async () => {
    world.byApi = async () => void world.commands.push('leave')
    await leaving.start()
    await settle()
    // In one look.
    expect(world.examined).toEqual(['access boot network firewall'])
    expect(leaving.state()!.items.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'access fine',
      'boot fine',
      'network fine',
      'firewall fine',
      'keys fine',
      'unmount fine',
      'boot-mode fine',
      'reboot fine',
      'wait running',
      'restore todo',
    ])
    expect(world.commands).toEqual(['leave', 'watch'])
    expect(world.saved).toMatchObject({ rebootedAt: expect.any(String) })
    world.intervention!.state = 'restored'
    leaving.refresh()
    await settle()
    expect(leaving.state()).toBeUndefined()
    expect(world.saved).toBeUndefined()
    expect(world.commands).toEqual(['leave', 'watch', 'returned'])
  })

  it('does nothing of what was skipped before it began', async () => {
    world.byApi = async () => void world.commands.push('leave')
    await leaving.start({
      startedAt: clock.now().toISOString(),
      skipped: { access: 'console', unmount: 'console', 'boot-mode': 'fixed-by-hand' },
    })
    await settle()
    expect(world.examined).toEqual(['boot network firewall'])
    expect(world.isMounted).toBe(true)
    expect(stateOf('boot-mode')).toMatchObject({ state: 'skipped', reason: 'fixed-by-hand' })
    expect(stateOf('reboot').state).toBe('waits')
    expect(world.commands).toEqual([])
  })

  it('leaves the boot mode too where the restart is skipped: the provider would do both', async () => {
    world.byApi = async () => void world.commands.push('leave')
    await leaving.start({ startedAt: clock.now().toISOString(), skipped: { reboot: 'console' } })
    await settle()
    for (const id of ['boot-mode', 'reboot'] as const) expect(stateOf(id)).toMatchObject({ state: 'skipped', reason: 'console' })
    expect(world.commands).toEqual(['watch'])
  })

  it('stops at what the provider refuses, with nothing after it touched, and tries again when asked', async () => {
    let tries = 0
    world.byApi = async () => {
      if (++tries === 1) throw new AppError('timeout', { seconds: 10 })
    }
    await leaving.start()
    await settle()
    expect(stateOf('boot-mode')).toMatchObject({ state: 'fault', error: { code: 'timeout' } })
    expect(stateOf('wait').state).toBe('todo')
    await leaving.goOn('boot-mode')
    await settle()
    expect(stateOf('wait').state).toBe('running')
  })
})

describe('what would keep people out', () => {
  it('stops the list until it is skipped with a reason', async () => {
    world.faults.add('firewall')
    await leaving.start()
    await settle()
    expect(stateOf('firewall')).toMatchObject({ state: 'fault', words: { code: 'firewall-broken' } })
    expect(world.isMounted).toBe(true)
    await leaving.skip('firewall', 'console')
    await settle()
    expect(stateOf('firewall')).toMatchObject({ state: 'skipped', reason: 'console' })
    expect(stateOf('unmount').state).toBe('fine')
  })

  it('looks again after a repair', async () => {
    world.faults.add('boot')
    await leaving.start()
    await settle()
    world.faults.clear()
    await leaving.goOn('boot')
    await settle()
    expect(stateOf('boot').state).toBe('fine')
  })

  it('tells every fault of the look at once, and looks again at one and those after it that nobody skipped', async () => {
    for (const task of ['access', 'boot', 'firewall']) world.faults.add(task)
    await leaving.start()
    await settle()
    const states = () =>
      leaving
        .state()!
        .items.slice(0, 5)
        .map(({ state }) => state)
    expect(states()).toEqual(['fault', 'fault', 'fine', 'fault', 'todo'])
    await leaving.skip('firewall', 'console')
    await settle()
    world.faults.clear()
    world.faults.add('network')
    await leaving.goOn('access')
    await settle()
    expect(states()).toEqual(['fine', 'fine', 'fault', 'skipped', 'todo'])
    expect(world.examined).toEqual(['access boot network firewall', 'access boot network'])
  })

  it('says so where nothing can be examined now, and examines all when it is tried again', async () => {
    world.isBusy = true
    await leaving.start()
    await settle()
    const states = () =>
      leaving
        .state()!
        .items.slice(0, 4)
        .map(({ state }) => state)
    expect(states()).toEqual(['fault', 'todo', 'todo', 'todo'])
    world.isBusy = false
    await leaving.goOn('access')
    await settle()
    expect(states()).toEqual(['fine', 'fine', 'fine', 'fine'])
  })

  it('counts the lines that will match, and stops when none will', async () => {
    world.found = 0
    await leaving.start()
    await settle()
    expect(stateOf('keys')).toMatchObject({ state: 'fault', count: { found: 0, of: 3 } })
  })

  it('does not look again and again while it waits for a person', async () => {
    world.faults.add('access')
    await leaving.start()
    await settle()
    leaving.refresh()
    await settle()
    expect(world.examined).toEqual(['access boot network firewall'])
  })
})

describe('a tree in use', () => {
  it('says who, names our own terminal, and goes on by itself when it is free', async () => {
    world.users = [{ pid: 7, command: 'bash', directory: '/mnt/etc' }]
    await leaving.start()
    await settle()
    expect(stateOf('unmount')).toMatchObject({ state: 'waits', inUse: [{ pid: 7, directory: '/mnt/etc', sessionId: 'tab-1' }] })
    world.users = []
    await clock.advance(3000)
    await settle()
    expect(stateOf('unmount').state).toBe('fine')
  })

  it('names no terminal for a process that is no shell', async () => {
    world.users = [{ pid: 8, command: 'mysqld', directory: '/mnt/var' }]
    await leaving.start()
    await settle()
    expect(stateOf('unmount').inUse).toEqual([{ pid: 8, command: 'mysqld', directory: '/mnt/var' }])
  })
})

describe('what is mounted', () => {
  const system = { device: '/dev/sdb1', at: '/mnt', readOnly: false }
  const data = { device: '/dev/sdc1', at: '/root/data', readOnly: false }

  it('is named, the system and what else there is, while it is in use and when it is unmounted', async () => {
    world.elsewhere = [data]
    world.users = [{ pid: 7, command: 'bash', directory: '/root/data' }]
    await leaving.start()
    await settle()
    expect(stateOf('unmount')).toMatchObject({ state: 'waits', mounts: [system, data], inUse: [{ directory: '/root/data' }] })
    world.users = []
    await clock.advance(3000)
    await settle()
    expect(stateOf('unmount')).toMatchObject({ state: 'fine', mounts: [system, data] })
  })

  it('beside no system is unmounted all the same, and keeps a machine that cannot be reached from being restarted', async () => {
    world.isMounted = false
    world.elsewhere = [data]
    world.users = [{ pid: 7, command: 'bash', directory: '/root/data' }]
    world.byApi = async () => void world.commands.push('leave')
    await leaving.start()
    await settle()
    expect(stateOf('access')).toMatchObject({ state: 'skipped', reason: 'not-needed' })
    expect(stateOf('unmount')).toMatchObject({ state: 'waits', mounts: [data] })
    world.isConnected = false
    await clock.advance(3000)
    await settle()
    expect(stateOf('unmount')).toMatchObject({ state: 'fault', error: { code: 'closed-early' } })
    world.isConnected = true
    world.users = []
    await leaving.goOn('unmount')
    await settle()
    expect(stateOf('unmount')).toMatchObject({ state: 'fine', mounts: [data] })
    expect(world.commands).toEqual(['leave', 'watch'])
  })
})

describe('what a terminal did since the last look', () => {
  it('is seen: a disk mounted by hand is examined and unmounted before anything restarts', async () => {
    world.isMounted = false
    world.isMountedSince = true
    world.byApi = async () => void world.commands.push(world.isMounted || world.isMountedSince ? 'cut off' : 'leave')
    await leaving.start()
    await settle()
    expect(world.examined).toEqual(['access boot network firewall'])
    expect(stateOf('unmount').state).toBe('fine')
    expect(world.commands).toEqual(['leave', 'watch'])
  })

  it('is a fault where it cannot be seen, and looked for again when asked', async () => {
    world.isMounted = false
    world.lookFails = true
    world.byApi = async () => void world.commands.push('leave')
    await leaving.start()
    await settle()
    expect(stateOf('access')).toMatchObject({ state: 'fault', error: { code: 'timeout' } })
    expect(world.commands).toEqual([])
    world.lookFails = false
    await leaving.goOn('access')
    await settle()
    expect(stateOf('access')).toMatchObject({ state: 'skipped', reason: 'not-needed' })
    expect(world.looks).toBe(2)
    expect(world.commands).toEqual(['leave', 'watch'])
  })

  it('is looked for after the look that began with the connection', async () => {
    world.isLooking = true
    await leaving.start()
    await settle()
    expect(stateOf('access').state).toBe('running')
    world.isLooking = false
    await clock.advance(3000)
    await settle()
    expect(stateOf('access').state).toBe('fine')
    expect(world.looks).toBe(1)
  })

  it('may be left to the person where the machine cannot be listed: once for what it would predict, once for the disks', async () => {
    world.isMounted = false
    world.lookFails = true
    world.byApi = async () => void world.commands.push('leave')
    await leaving.start()
    await settle()
    for (const id of ['access', 'unmount'] as const) {
      expect(stateOf(id).state).toBe('fault')
      await leaving.skip(id, 'fixed-by-hand')
      await settle()
    }
    expect(world.commands).toEqual(['leave', 'watch'])
  })

  it.each([true, false])('is seen again when the provider is asked a second time (mounted the first time: %s)', async (isMounted) => {
    world.isMounted = isMounted
    let tries = 0
    world.byApi = async () => {
      world.commands.push(world.isMounted || world.isMountedSince ? 'cut off' : 'leave')
      if (++tries === 1) throw new AppError('timeout', { seconds: 10 })
    }
    await leaving.start()
    await settle()
    world.isMountedSince = true
    await leaving.goOn('boot-mode')
    await settle()
    expect(world.commands).toEqual(['leave', 'leave', 'watch'])
  })

  it('cannot be known once a look was cut off: nothing restarts until a person says so', async () => {
    world.isMounted = false
    world.lookFails = true
    world.byApi = async () => void world.commands.push('leave')
    await leaving.start()
    await settle()
    world.isConnected = false
    for (const id of ['access', 'unmount'] as const) {
      await leaving.skip(id, 'console')
      await settle()
    }
    expect(world.commands).toEqual(['leave', 'watch'])
  })
})

describe('leaving by hand', () => {
  it('waits for the switch in the panel, then for the restart', async () => {
    await leaving.start()
    await settle()
    expect(stateOf('boot-mode').state).toBe('waits')
    await leaving.goOn('boot-mode')
    await settle()
    expect(stateOf('reboot').state).toBe('waits')
    await leaving.restart()
    await settle()
    expect(world.commands).toEqual(['reboot', 'watch'])
  })

  it('notices a restart from the panel by the lost connection', async () => {
    await leaving.start()
    await settle()
    await leaving.goOn('boot-mode')
    await settle()
    world.isConnected = false
    world.isDown = true
    leaving.refresh()
    await settle()
    expect(stateOf('reboot').state).toBe('fine')
    expect(stateOf('wait').state).toBe('running')
  })

  it('takes a closed tab or a lost network for no restart while the rescue system still answers', async () => {
    await leaving.start()
    await settle()
    await leaving.goOn('boot-mode')
    await settle()
    world.isConnected = false
    leaving.refresh()
    await settle()
    expect(stateOf('reboot').state).toBe('waits')
    expect(world.saved).not.toHaveProperty('rebootedAt')
    world.isDown = true
    await clock.advance(3000)
    expect(stateOf('reboot').state).toBe('fine')
    expect(stateOf('wait').state).toBe('running')
  })

  it('needs no switch where rescue lasts one boot', async () => {
    world.stickiness = 'one-boot'
    await leaving.start()
    await settle()
    expect(stateOf('boot-mode')).toMatchObject({ state: 'skipped', reason: 'not-needed' })
    expect(stateOf('reboot').state).toBe('waits')
  })
})

it('goes straight to waiting without a connection', async () => {
  world.isConnected = false
  world.isMounted = false
  world.byApi = async () => {}
  await leaving.start()
  await settle()
  expect(world.examined).toEqual([])
  expect(stateOf('access')).toMatchObject({ state: 'skipped', reason: 'not-needed' })
  expect(stateOf('wait').state).toBe('running')
})

describe('a connection that is lost on the way', () => {
  it('restarts nothing while a disk may still be mounted, until a person says so', async () => {
    world.byApi = async () => void world.commands.push('leave')
    world.isConnected = false
    await leaving.start()
    await settle()
    expect(stateOf('access')).toMatchObject({ state: 'fault', error: { code: 'closed-early' } })
    await leaving.skip('access', 'console')
    await settle()
    expect(stateOf('firewall')).toMatchObject({ state: 'skipped', reason: 'console' })
    expect(stateOf('unmount')).toMatchObject({ state: 'fault', error: { code: 'closed-early' } })
    expect(world.commands).toEqual([])
    await leaving.skip('unmount', 'console')
    await settle()
    expect(world.commands).toEqual(['leave', 'watch'])
  })
})

it.each([
  ['no line was ever set aside', undefined],
  ['the lines of an earlier rescue are back', { id: 'one', state: 'restored' as const, summary: { at: '2020-01-01T00:00:00.000Z' } }],
])('ends by itself where %s, and claims no return', async (_, intervention) => {
  world.intervention = intervention
  world.byApi = async () => void world.commands.push('leave')
  await leaving.start()
  await settle()
  expect(world.commands).toEqual(['leave', 'returned'])
  expect(leaving.state()).toBeUndefined()
  expect(world.last.slice(-2)).toEqual(['wait skipped', 'restore skipped'])
  expect(world.saved).toBeUndefined()
})

it('writes nothing down any more once it was stopped in the middle of a request', async () => {
  let finish = () => {}
  world.byApi = () => new Promise<void>((resolve) => (finish = resolve))
  await leaving.start()
  await settle()
  await leaving.stop()
  finish()
  await settle()
  expect(world.saved).toBeUndefined()
})

it('keeps what was noted before the request until the provider has done all of it, even when the list is ended meanwhile', async () => {
  const before = { at: '2026-11-24T02:14:00.000Z', boot: 'rescue' }
  let finish = () => {}
  world.byApi = async (_signal, beforeChange) => {
    await beforeChange(before)
    await new Promise<void>((resolve) => (finish = resolve))
  }
  await leaving.start()
  await settle()
  await leaving.stop()
  expect(world.saved).toMatchObject({ before })
  finish()
  await settle()
  expect(world.saved).toBeUndefined()
})

it('says after a restart of the app that the machine was left powered off, and goes on when asked', async () => {
  const interruption = { problem: 'interrupted', changed: 'stopped', data: {} } as const
  world.isConnected = false
  world.isMounted = false
  world.byApi = async () => void world.commands.push('leave')
  await leaving.start(
    { startedAt: '2026-11-24T02:10:00.000Z', skipped: {}, before: { at: '2026-11-24T02:11:00.000Z', boot: 'rescue' } },
    interruption,
  )
  await settle()
  expect(stateOf('unmount').state).toBe('fine')
  expect(stateOf('boot-mode')).toMatchObject({ state: 'fault', problem: interruption })
  expect(world.commands).toEqual([])
  await leaving.goOn('boot-mode')
  await settle()
  expect(world.commands).toEqual(['leave', 'watch'])
})

it('goes on after a restart of the app where it was: nothing is examined or restarted twice', async () => {
  world.byApi = async () => void world.commands.push('leave')
  await leaving.start({ startedAt: clock.now().toISOString(), rebootedAt: clock.now().toISOString(), skipped: {} })
  await settle()
  expect(world.commands).toEqual(['watch'])
  expect(stateOf('wait').state).toBe('running')
})

it('suggests the console when nothing has answered for long', async () => {
  world.byApi = async () => {}
  await leaving.start()
  await settle()
  expect(leaving.state()!.isOverdue).toBe(false)
  await clock.advance(OVERDUE_MS)
  expect(leaving.state()!.isOverdue).toBe(true)
})

it('can be stopped; what was done stays done', async () => {
  world.faults.add('network')
  await leaving.start()
  await settle()
  await leaving.stop()
  expect(leaving.state()).toBeUndefined()
  expect(world.saved).toBeUndefined()
  // What was noted of the provider is needed by the next *leave*.
  expect(world.commands).not.toContain('returned')
})

it('refuses to skip the wait for the own key', async () => {
  world.byApi = async () => {}
  await leaving.start()
  await settle()
  await expect(leaving.skip('wait', 'other')).rejects.toMatchObject({ code: 'wrong-state' })
})
