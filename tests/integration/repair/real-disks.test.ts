/** Space, damaged file systems and speed on real loop devices: found by real tools, mended by the engine, measured by fio and by dd. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../electron/clock.js'
import type { Machine } from '../../../electron/machine/machine.js'
import { createSystemFiles } from '../../../electron/machine/system-files.js'
import { createBootTask } from '../../../electron/repair/boot/boot-task.js'
import { measureSpeed } from '../../../electron/repair/speed/measure.js'
import { createSpeedTask } from '../../../electron/repair/speed/speed-task.js'
import type { MountedSystem } from '../../../electron/repair/task.js'
import { SpeedResult } from '../../../shared/speed.js'
import { createLoopDisks, type LoopDisks } from '../../support/loop-disks.js'
import { findingsOf, repairsOf, statesOf } from '../../support/mounted-system.js'

let disks: LoopDisks
let root: string
beforeEach(async () => {
  disks = await createLoopDisks()
  root = join(disks.folder, 'mnt')
})
afterEach(() => disks.end())

/** An ext4 file system on a loop device, mounted, with folders of a system. */
function mounted(megabytes: number, mkfs = 'mkfs.ext4 -q -F'): MountedSystem & { device: string } {
  const device = disks.attach(disks.image(megabytes))
  disks.run(
    `${mkfs} "$1" && mkdir -p "$2" && mount "$1" "$2" && mkdir -p "$2/etc" "$2/var/log" "$2/var/tmp" "$2/usr" "$2/dev" "$2/proc" &&
    for name in bin sbin lib lib64; do ln -s "usr/$name" "$2/$name"; done && cp /etc/ld.so.cache "$2/etc/"`,
    device,
    root,
  )
  return systemOn(device, 'ext4')
}

function systemOn(device: string, fileSystem: string): MountedSystem & { device: string } {
  const { machine } = disks
  // The system's own programs are this computer's.
  const enter = `root=$1; shift; for name in usr dev proc; do mount --rbind "/$name" "$root/$name" || exit 125; done
exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"`
  return {
    machine,
    root,
    files: createSystemFiles(machine, root),
    readOnly: false,
    inSystem: (words) => ['unshare', '-m', 'sh', '-c', enter, 'enter', root, ...words],
    os: { id: 'debian', like: [], version: '12', name: 'Debian GNU/Linux 12' },
    device,
    disks: [device],
    attached: [device],
    uefi: false,
    blockDevices: [
      {
        path: device,
        uuid: disks.run('blkid -p -s UUID -o value "$1"', device).trim(),
        label: '',
        partUuid: '',
        partLabel: '',
        fileSystem,
      },
    ],
    clientAddress: undefined,
  }
}

const pick = (states: Record<string, string>, start: string) => Object.entries(states).filter(([id]) => id.startsWith(start))

describe('space', () => {
  it('finds a disk that is really full, says by what, and frees it by rotated logs listed by name', async () => {
    const system = mounted(96)
    disks.run(
      `mkdir "$1/var/log/nginx"; head -c 30000000 /dev/urandom > "$1/var/log/nginx/access.log.1"; echo keep > "$1/var/log/nginx/access.log"
      head -c 1000 /dev/urandom > "$1/var/log/a name.gz"; head -c 2000 /dev/urandom > "$1/var/log/messages-20260101"
      mkdir "$1/var/log/mysql"; head -c 3000 /dev/urandom > "$1/var/log/mysql/mysql-bin.000001"; dd if=/dev/zero of="$1/var/fill" bs=1M 2> "$1/../dd" || true`,
      root,
    )
    const repairs = repairsOf(system, createBootTask())
    expect(pick(await statesOf(repairs, 'boot'), 'space')).toEqual([['space:/', 'fault space-full']])
    const finding = findingsOf(repairs, 'boot').find(({ id }) => id === 'space:/')!
    expect(finding.keepsOut).toBe(true)
    expect(finding.evidence.map(({ text }) => text).join('\n')).toMatch(/MB \/var\n[\s\S]*\/var\/log\/nginx/)
    const choice = { task: 'boot', findingId: 'space:/', proposalId: 'remove-old-logs', answer: { kind: 'none' } } as const
    const proposal = repairs.plan(choice)
    const [step] = proposal.steps
    expect(step).toMatchObject({ kind: 'run', risk: 'writes' })
    expect(step?.kind === 'run' && step.command).toMatch(
      /rm -f -- \/var\/log\/nginx\/access\.log\.1 \/var\/log\/messages-20260101 '\/var\/log\/a name\.gz'$/,
    )
    await repairs.apply({ ...choice, digest: proposal.digest })
    expect(disks.run('ls "$1/var/log/nginx" "$1/var/log"', root)).not.toMatch(/\.1|\.gz/)
    expect(disks.run('cat "$1/var/log/nginx/access.log"', root)).toBe('keep\n')
    expect(pick(await statesOf(repairs, 'boot'), 'space')).not.toContainEqual(['space:/', 'fault space-full'])
  })

  it('empties a log that fills the disk, after its name was typed, and leaves its owner and what is no log', async () => {
    const system = mounted(192)
    disks.run(
      `mkdir -p "$1/var/log/app" "$1/var/log/mysql"; head -c 60000000 /dev/zero > "$1/var/log/mysql/mysql-bin.000001"
      dd if=/dev/zero of="$1/var/log/app/debug.log" bs=1M 2> "$1/../dd" || true; chown 1234:4 "$1/var/log/app/debug.log"`,
      root,
    )
    const repairs = repairsOf(system, createBootTask())
    expect(pick(await statesOf(repairs, 'boot'), 'space')).toEqual([['space:/', 'fault space-full']])
    const { proposals } = findingsOf(repairs, 'boot').find(({ id }) => id === 'space:/')!
    expect(proposals).toMatchObject([{ id: 'empty-log:/var/log/app/debug.log', risk: 'data', typed: 'debug.log', undo: 'none' }])
    const choice = { task: 'boot', findingId: 'space:/', proposalId: proposals[0]!.id, answer: { kind: 'none' } } as const
    const { digest } = repairs.plan(choice)
    await expect(repairs.apply({ ...choice, digest })).rejects.toMatchObject({ code: 'wrong-state' })
    expect(await repairs.apply({ ...choice, digest, typed: 'debug.log' })).toMatchObject({ result: 'verified' })
    expect(disks.run('cd "$1/var/log" && stat -c "%n %s %u:%g" app/debug.log mysql/mysql-bin.000001', root)).toBe(
      'app/debug.log 0 1234:4\nmysql/mysql-bin.000001 60000000 0:0\n',
    )
  })

  it('finds that there are no inodes left', async () => {
    const system = mounted(16, 'mkfs.ext4 -q -F -N 64')
    disks.run('i=0; while touch "$1/etc/f$i" 2> /dev/null; do i=$((i + 1)); done', root)
    expect(pick(await statesOf(repairsOf(system, createBootTask()), 'boot'), 'inodes')).toEqual([['inodes:/', 'fault inodes-full']])
  })
})

describe('file systems', () => {
  it.each([
    ['ext4', 'mkfs.ext4 -q -F', 'fs-repair-yes', 64],
    ['xfs', 'mkfs.xfs -q -f', 'fs-repair-xfs', 320],
  ] as const)('finds a broken %s that is not mounted, asks for its name, and mends it', async (type, mkfs, proposalId, megabytes) => {
    const system = mounted(64)
    const data = disks.attach(disks.image(megabytes))
    disks.run(
      `${mkfs} "$1" && mkdir "$2/../data" && mount "$1" "$2/../data" && mkdir "$2/../data/folder" && echo text > "$2/../data/folder/file" && umount "$2/../data"`,
      data,
      root,
    )
    const broken = systemOn(data, type).blockDevices
    // The root's inode loses its link count, or the head of the free space is wiped.
    disks.run(
      type === 'ext4'
        ? 'debugfs -w -R "set_inode_field / links_count 77" "$1" 2> /dev/null'
        : 'dd if=/dev/zero of="$1" bs=512 seek=1 count=1 conv=notrunc 2> /dev/null',
      data,
    )
    const repairs = repairsOf({ ...system, blockDevices: [...system.blockDevices, ...broken] }, createBootTask())
    const findingId = `file-system:${data}`
    expect(await statesOf(repairs, 'boot')).toMatchObject({ [findingId]: 'fault fs-damaged' })
    const choice = { task: 'boot', findingId, proposalId, answer: { kind: 'none' } } as const
    const { digest, typed, risk } = repairs.plan(choice)
    expect({ typed, risk }).toEqual({ typed: data.replace('/dev/', ''), risk: 'data' })
    await expect(repairs.apply({ ...choice, digest, typed: 'sda' })).rejects.toMatchObject({ code: 'wrong-state' })
    expect(await repairs.apply({ ...choice, digest, typed })).toMatchObject({ result: 'verified' })
  })

  it('takes no journal that waits for damage, and has it replayed', async () => {
    const system = mounted(64)
    const data = disks.attach(disks.image(320))
    disks.run(
      `mkfs.xfs -q -f "$1" && mkdir "$2" && mount "$1" "$2"
      for i in $(seq 1 300); do mkdir "$2/d$i"; echo x > "$2/d$i/f"; done; sync; rm -r "$2"/d1*; xfs_io -x -c 'shutdown -f' "$2"; umount "$2"`,
      data,
      join(disks.folder, 'data'),
    )
    const repairs = repairsOf(
      { ...system, blockDevices: [...system.blockDevices, ...systemOn(data, 'xfs').blockDevices] },
      createBootTask(),
    )
    const findingId = `file-system:${data}`
    expect(await statesOf(repairs, 'boot')).toMatchObject({ [findingId]: 'warning fs-journal' })
    const choice = { task: 'boot', findingId, proposalId: 'fs-replay-journal', answer: { kind: 'none' } } as const
    expect(await repairs.apply({ ...choice, digest: repairs.plan(choice).digest })).toMatchObject({ result: 'verified' })
    expect(disks.run('findmnt -n "$1" || true', data)).toBe('')
  })

  it('takes no feature that its tool is too old for, for damage', async () => {
    const system = mounted(64)
    const data = disks.attach(disks.image(64))
    // s_feature_incompat, a bit that nothing has yet.
    disks.run(`mkfs.ext4 -q -F -O ^metadata_csum "$1"; printf '\\100' | dd of="$1" bs=1 seek=1123 conv=notrunc 2> /dev/null`, data)
    const repairs = repairsOf(
      { ...system, blockDevices: [...system.blockDevices, ...systemOn(data, 'ext4').blockDevices] },
      createBootTask(),
    )
    expect(await statesOf(repairs, 'boot')).toMatchObject({ [`file-system:${data}`]: 'unknown fs-unchecked' })
    expect(findingsOf(repairs, 'boot').find(({ id }) => id.endsWith(data))?.words.values).toMatchObject({ why: 'version' })
  })

  it('leaves a damaged one alone while it is mounted, and has it checked at the start', async () => {
    const system = mounted(64)
    const [own] = system.blockDevices
    disks.run(
      `umount "$1" && debugfs -w -R "set_super_value state 2" "$2" 2> /dev/null && mount "$2" "$1" && printf 'UUID=%s / ext4 defaults 0 0\\n' "$3" > "$1/etc/fstab"`,
      root,
      system.device,
      own!.uuid,
    )
    const repairs = repairsOf(system, createBootTask())
    const findingId = `file-system:${system.device}`
    expect(await statesOf(repairs, 'boot')).toMatchObject({ [findingId]: 'fault fs-damaged-mounted' })
    const choice = { task: 'boot', findingId, proposalId: 'fsck-at-start', answer: { kind: 'none' } } as const
    await repairs.apply({ ...choice, digest: repairs.plan(choice).digest })
    expect(disks.run('cat "$1/etc/fstab"', root)).toMatch(/ \/ ext4 defaults 0 1\n/)
    expect(await statesOf(repairs, 'boot')).toMatchObject({ [findingId]: 'warning fs-damaged-mounted' })
  })
})

describe('speed', () => {
  const stages: string[] = []
  const measure = (system: MountedSystem, write: boolean, signal = new AbortController().signal, seconds = 1) =>
    measureSpeed(systemClock, system, { write, seconds, megabytes: 8 }, signal, ({ stage }) => stages.push(stage))
  const leftovers = () => disks.run('ls -A "$1/var/tmp"', root)

  it('measures reads and writes with fio and leaves nothing behind', async () => {
    const system = mounted(64)
    disks.run('head -c 20000 /dev/urandom > "$1/etc/precious"', root)
    const before = disks.run('sha256sum < "$1/etc/precious"', root)
    const result = SpeedResult.parse(await measure(system, true))
    expect(result).toMatchObject({ device: system.device, tool: expect.stringMatching(/^fio-/), medium: 'network', fileSystem: 'ext4' })
    expect(result.randomRead!.iops).toBeGreaterThan(0)
    expect(result.randomRead!.latency!.p50).toBeLessThanOrEqual(result.randomRead!.latency!.p99)
    expect(result.randomRead!.histogram.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6)
    for (const number of [result.sequentialRead, result.sequentialWrite, result.randomWrite?.iops]) expect(number).toBeGreaterThan(0)
    expect(result.commands.map(({ command }) => command).join('\n')).toMatch(/fio .*--readonly[\s\S]*\/var\/tmp\/\.rescueterm-speed-/)
    expect(leftovers()).toBe('')
    expect(disks.run('sha256sum < "$1/etc/precious"', root)).toBe(before)
  })

  it('does not write where there is too little room, and says so', async () => {
    const system = mounted(24)
    disks.run('head -c 12000000 /dev/urandom > "$1/fill"', root)
    const result = await measure(system, true)
    expect(result.notes).toMatchObject([{ code: 'speed-no-write', values: { why: 'space' } }])
    expect(result).not.toHaveProperty('randomWrite')
    expect(leftovers()).toBe('')
  })

  it('removes its file when it is stopped', async () => {
    const system = mounted(64)
    const stop = new AbortController()
    // Stopped like a connection: while the write test runs, and with its file there.
    const machine: Machine = {
      async run(command) {
        if (command.words[3] !== 'write') return disks.machine.run(command)
        disks.run('touch "$1/var/tmp/$2"', root, command.words[5]!)
        stop.abort(new Error('stopped'))
        throw stop.signal.reason
      },
    }
    await expect(measure({ ...system, machine }, true, stop.signal)).rejects.toThrow('stopped')
    expect(leftovers()).toBe('')
  })

  it('reads with dd where fio is missing', async () => {
    const system = mounted(64)
    const name = `no-fio-${randomBytes(4).toString('hex')}`
    const machine: Machine = {
      run: (command) => disks.machine.run(command.words[0] === 'fio' ? { ...command, words: [name] } : command),
    }
    const result = SpeedResult.parse(await measure({ ...system, machine }, true, undefined, 5))
    expect(result).toMatchObject({ tool: 'dd', notes: [{ code: 'speed-no-fio' }, { code: 'speed-no-write' }] })
    expect(result.randomRead!.latency!.p50).toBeGreaterThan(0)
    expect(result.sequentialRead).toBeGreaterThan(0)
  })

  it('says errors of a device that is gone', async () => {
    const system = mounted(24)
    const result = await measure({ ...system, disks: ['/dev/rt-gone'] }, false)
    expect(result.verdict).not.toBe('fine')
    expect(result).not.toHaveProperty('randomRead')
  })

  it('has words for what is known without load', async () => {
    const states = await statesOf(repairsOf(mounted(24), createSpeedTask()), 'speed')
    expect(Object.keys(states).some((id) => id.startsWith('smart:'))).toBe(true)
    expect(Object.values(states).filter((state) => state.startsWith('fault'))).toEqual([])
  })
})
