/** The disks of a visit on real file systems: this computer's own disk stands for the rescue system's. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../electron/clock.js'
import { createDisks, type Disks } from '../../../electron/machine/disks.js'
import { createHostKeys, createLoopDisks, type LoopDisks, plantSystem } from '../../support/loop-disks.js'

let disks: LoopDisks
let keys: ReturnType<typeof createHostKeys>
let mnt: string
let visit: Disks
beforeEach(async () => {
  disks = await createLoopDisks()
  keys = createHostKeys(disks.folder)
  mnt = join(disks.folder, 'mnt')
  visit = createDisks({ machine: disks.machine, knownKeys: () => keys.blobs, clock: systemClock, onDidChange: () => {}, place: mnt })
})
afterEach(() => disks.end())

const volume = (path: string) => visit.state().volumes.find((one) => one.path === path)
const mounts = () => disks.run(`findmnt -rno TARGET | grep "^$1" || true`, mnt).split('\n').filter(Boolean)
const sum = (image: string) => createHash('sha256').update(readFileSync(image)).digest('hex')
const commands = (plan: { commands: { command: string }[] } | undefined) => plan?.commands.map((one) => one.command)

/** BIOS boot, ESP, /boot, root; as an image whose journal was not replayed, as after a hard reset. */
function debianImage({ fstab, hostname = 'web-1' }: { fstab?: string; hostname?: string } = {}): string {
  const image = disks.image(160)
  disks.run(
    `printf 'label: gpt\\nsize=2M,type=21686148-6449-6E6F-744E-656564454649\\nsize=16M,type=U\\nsize=30M\\ntype=L\\n' | sfdisk -q "$1"`,
    image,
  )
  const loop = disks.attach(image)
  disks.run(
    `mkfs.vfat -n ESP "$1"p2; mkfs.ext4 -q -L boot "$1"p3; mkfs.ext4 -q -L '$(reboot)' "$1"p4; mkdir -p "$2"/fill`,
    loop,
    disks.folder,
  )
  const fill = join(disks.folder, 'fill')
  disks.run('mount "$1"p3 "$2"; mkdir "$2"/efi; umount "$2"; mount "$1"p4 "$2"', loop, fill)
  const uuid = (part: string) => disks.run('blkid -p -s UUID -o value "$1"', loop + part).trim()
  const standard = `UUID=${uuid('p4')} / ext4 errors=remount-ro 0 1
UUID=${uuid('p3')} /boot ext4 defaults 0 2
/dev/sda2 /boot/efi vfat umask=0077 0 1
UUID=0000-gone /srv ext4 nofail 0 2
nas:/export /media nfs defaults 0 0
/swapfile none swap sw 0 0
`
  plantSystem(disks, fill, { hostname, fstab: fstab ?? standard, keys: keys.folder })
  const crashed = `${image}-crashed`
  // Copied while mounted: the journal is still to be replayed.
  disks.run(`sync; cp --sparse=always "$1" "$3"; umount "$2"`, image, fill, crashed)
  disks.detach(loop)
  return crashed
}

describe('a partitioned disk', () => {
  it('is recognised without a byte being written, unclean journal and all', async () => {
    const image = debianImage()
    const before = sum(image)
    const loop = disks.attach(image)
    await visit.look()
    const state = visit.state()
    expect(state).toMatchObject({ phase: 'found', chosen: `${loop}p4`, rescue: { os: expect.stringContaining('Debian') } })
    expect(volume(`${loop}p1`)?.role).toBe('bios-boot')
    expect(volume(`${loop}p2`)).toMatchObject({ role: 'efi', fileSystem: 'vfat', label: 'ESP', goesTo: '/boot/efi' })
    expect(volume(`${loop}p3`)).toMatchObject({ role: 'boot', goesTo: '/boot' })
    expect(volume(`${loop}p4`)).toMatchObject({
      role: 'system',
      label: '$(reboot)',
      isReadOnly: false,
      mountedAt: [],
      system: {
        os: 'Debian GNU/Linux 12 (bookworm)',
        hostname: 'web-1',
        hasFstab: true,
        lastStarted: '2026-11-24T01:50:00.000Z',
        identity: { kind: 'same', found: 3, known: 3 },
      },
    })
    expect(state.volumes.filter((one) => one.role === 'rescue')).toHaveLength(1)
    expect(commands(state.mount)).toEqual([
      `mkdir -p ${mnt}`,
      `mount ${loop}p4 ${mnt}`,
      `mount --make-private ${mnt}`,
      `mount ${loop}p3 ${mnt}/boot`,
      `mount ${loop}p2 ${mnt}/boot/efi`,
      ...['/dev', '/proc', '/sys', '/run'].map((at) => `mount --rbind --make-rslave ${at} ${mnt}${at}`),
    ])
    expect(state.mount?.risk).toBe('writes')
    expect(commands(state.mountReadOnly)?.[1]).toBe(`mount -o ro,noload ${loop}p4 ${mnt}`)
    expect(state.mountReadOnly?.risk).toBe('reads')
    expect(mounts()).toEqual([])
    expect(disks.records.every((record) => record.risk === 'reads')).toBe(true)
    expect(sum(image)).toBe(before)
  })

  it('is mounted as shown, used, and left as it was', async () => {
    const loop = disks.attach(debianImage())
    await visit.look()
    await visit.mount(visit.state().mount!.digest)
    expect(visit.state().mounted).toMatchObject({
      device: `${loop}p4`,
      root: mnt,
      readOnly: false,
      ours: true,
      bound: true,
      others: [{ device: `${loop}p3`, at: `${mnt}/boot` }],
    })
    // This kernel knows no vfat: the rest is mounted all the same, and the reason is kept.
    expect(volume(`${loop}p2`)?.error).toMatchObject({ code: 'file-system-unsupported', data: { kind: 'vfat' } })
    const system = visit.mountedSystem()!
    expect(system).toMatchObject({ root: mnt, readOnly: false, device: `${loop}p4`, disks: [loop], os: { id: 'debian', version: '12' } })
    expect(await system.files.text('/etc/hostname')).toBe('web-1\n')
    expect(system.blockDevices.map((one) => one.path)).not.toContain(disks.run('findmnt -no SOURCE /').trim())

    const shell = await disks.linger('cd "$1"/etc; echo here; read line', mnt)
    expect(await visit.users()).toMatchObject([{ command: 'sh', directory: `${mnt}/etc` }])
    await expect(visit.unmount()).rejects.toMatchObject({ code: 'still-in-use', data: { command: 'sh', directory: `${mnt}/etc` } })
    expect(visit.state().mounted?.bound).toBe(true)
    shell.kill('SIGKILL')
    await new Promise((ended) => shell.once('exit', ended))
    await visit.unmount()
    expect(mounts()).toEqual([])
    expect(visit.state().mounted).toBeUndefined()
    expect(visit.mountedSystem()).toBeUndefined()
    await visit.unmount()
  })

  it('leaves nothing behind in the namespaces of services, which would keep the disk in use', async () => {
    disks.attach(debianImage())
    // As systemd sets it up: everything shared, and services such as udevd with a copy that follows.
    disks.run('mount --make-rshared /')
    const service = await disks.linger(`exec unshare --mount --propagation slave sh -c 'echo here; exec cat'`)
    await visit.look()
    await visit.mount(visit.state().mount!.digest)
    expect(readFileSync(`/proc/${service.pid}/mountinfo`, 'utf8')).toContain(` ${mnt} `)
    await visit.unmount()
    expect(readFileSync(`/proc/${service.pid}/mountinfo`, 'utf8')).not.toContain(mnt)
  })

  it('made a chroot by hand is unmounted without the rescue system’s own mounts', async () => {
    const loop = disks.attach(debianImage())
    disks.run(
      'mount --make-rshared /; mkdir "$2"; mount "$1"p4 "$2"; for at in dev proc sys; do mount --rbind /$at "$2"/$at; done',
      loop,
      mnt,
    )
    const own = () =>
      disks
        .run('findmnt -rno TARGET')
        .split('\n')
        .filter((at) => !at.startsWith(mnt))
    const before = own()
    expect(before).toContain('/dev/pts')
    await visit.look()
    expect(commands(visit.state().unmount)).toEqual([
      'sync',
      ...['dev', 'proc', 'sys'].map((at) => `mount --make-rslave ${mnt}/${at}`),
      `umount -R ${mnt}`,
    ])
    expect(await visit.unmount()).toMatchObject([{ at: mnt }])
    expect(mounts()).toEqual([])
    expect(own()).toEqual(before)
  })

  it('is mounted read-only without a byte being written, and writable afterwards', async () => {
    const image = debianImage()
    const before = sum(image)
    const loop = disks.attach(image)
    await visit.look()
    await visit.mount(visit.state().mountReadOnly!.digest)
    expect(visit.state().mounted).toMatchObject({ readOnly: true, ours: true })
    expect(await visit.mountedSystem()!.files.text('/etc/hostname')).toBe('web-1\n')
    expect(commands(visit.state().mountReadOnly)).toEqual([`mount --make-private ${mnt}`, `mount -o ro ${loop}p2 ${mnt}/boot/efi`])
    const shell = await disks.linger('cd "$1"; echo here; read line', mnt)
    await expect(visit.mount(visit.state().mount!.digest)).rejects.toMatchObject({
      code: 'still-in-use',
      data: { pid: expect.any(Number) },
    })
    shell.kill('SIGKILL')
    await new Promise((ended) => shell.once('exit', ended))
    expect(sum(image)).toBe(before)
    expect(commands(visit.state().mount)?.slice(0, 3)).toEqual([`umount -R ${mnt}`, `mkdir -p ${mnt}`, `mount ${loop}p4 ${mnt}`])
    await visit.mount(visit.state().mount!.digest)
    expect(visit.state().mounted).toMatchObject({ readOnly: false, bound: true })
    await visit.unmount()
  })

  it('refuses a plan that is no longer the one shown', async () => {
    const loop = disks.attach(debianImage())
    await visit.look()
    const { digest } = visit.state().mount!
    disks.run('mkdir -p "$2"; mount -o ro,noload "$1"p4 "$2"', loop, mnt)
    await expect(visit.mount(digest)).rejects.toMatchObject({ code: 'wrong-state' })
    expect(visit.state().mounted).toMatchObject({ ours: false, readOnly: true })
    await expect(visit.mount('0')).rejects.toMatchObject({ code: 'wrong-state' })
  })

  it('that is mounted already is read and used where it is', async () => {
    const loop = disks.attach(debianImage())
    const elsewhere = join(disks.folder, 'sdb1')
    disks.run('mkdir "$2"; mount "$1"p4 "$2"', loop, elsewhere)
    await visit.look()
    expect(visit.state()).toMatchObject({ chosen: `${loop}p4`, mounted: { root: elsewhere, ours: false, readOnly: false, bound: false } })
    expect(commands(visit.state().mount)?.slice(0, 2)).toEqual([`mount --make-private ${elsewhere}`, `mount ${loop}p3 ${elsewhere}/boot`])
    await visit.mount(visit.state().mount!.digest)
    expect(visit.state()).toMatchObject({ mounted: { bound: true, ours: false } })
    await visit.unmount()
    expect(visit.state().mounted).toBeUndefined()
  })

  it('does not follow a mount point out of the system', async () => {
    const image = debianImage()
    const loop = disks.attach(image)
    const outside = join(disks.folder, 'outside')
    disks.run('mkdir "$2" "$3"; mount "$1"p4 "$2"; rm -r "$2"/boot; ln -s "$3" "$2"/boot; umount "$2"', loop, mnt, outside)
    await visit.look()
    await visit.mount(visit.state().mount!.digest)
    expect(visit.state().mounted?.others).toEqual([])
    expect(volume(`${loop}p3`)?.error).toMatchObject({ code: 'disk-command-failed', detail: 'there is no directory /boot' })
    await visit.unmount()
  })

  it('is told from a copy of itself by where its parts are', async () => {
    const image = debianImage()
    const copy = `${image}-copy`
    disks.run('cp --sparse=always "$1" "$2"', image, copy)
    const [first, second] = [disks.attach(image), disks.attach(copy)]
    await visit.look()
    for (const loop of [first, second]) {
      visit.choose(`${loop}p4`)
      expect(commands(visit.state().mount)?.slice(1, 4)).toEqual([
        `mount ${loop}p4 ${mnt}`,
        `mount --make-private ${mnt}`,
        `mount ${loop}p3 ${mnt}/boot`,
      ])
    }
    expect(() => visit.choose(`${first}p1`)).toThrow(expect.objectContaining({ code: 'not-found' }))
  })

  it('with other keys is another machine; with a hostile name still only text', async () => {
    const loop = disks.attach(debianImage({ hostname: 'web\u202e1$(reboot)' }))
    const stranger = createDisks({
      machine: disks.machine,
      knownKeys: () => [Buffer.from('another key')],
      clock: systemClock,
      onDidChange: () => {},
      place: mnt,
    })
    await stranger.look()
    const found = stranger.state().volumes.find((one) => one.path === `${loop}p4`)
    expect(found?.system).toMatchObject({ hostname: 'web1$(reboot)', identity: { kind: 'other', found: 0, known: 1 } })
    expect(await stranger.prove()).toBe(false)
  })

  it('proves itself with a private key that stays on it, mounted or not', async () => {
    const loop = disks.attach(debianImage())
    await visit.look()
    expect(await visit.prove()).toBe(true)
    expect(volume(`${loop}p4`)?.system?.identity.kind).toBe('proven')
    expect(mounts()).toEqual([])
    await visit.look()
    expect(volume(`${loop}p4`)?.system?.identity.kind).toBe('same')
    await visit.mount(visit.state().mountReadOnly!.digest)
    expect(await visit.prove()).toBe(true)
    expect(JSON.stringify(disks.records)).not.toContain('PRIVATE')
    // The public halves alone prove nothing.
    await visit.unmount()
    disks.run('mkdir -p "$2"; mount "$1"p4 "$2"; rm "$2"/etc/ssh/*_key; umount "$2"', loop, mnt)
    await visit.look()
    expect(await visit.prove()).toBe(false)
    expect(volume(`${loop}p4`)?.system?.identity.kind).toBe('same')
  })
})

describe('what a terminal mounted by hand', () => {
  const byHand = (device: string, folder: string) => {
    const at = join(disks.folder, folder)
    disks.run('mkdir -p "$2"; mount "$1" "$2"', device, at)
    return at
  }
  const dataDisk = () => {
    const image = disks.image(32)
    disks.run('mkfs.ext4 -q "$1"', image)
    return disks.attach(image)
  }
  const ofTheMounts = () => disks.run('cat /proc/self/mountinfo').split('\n')
  const ofTheDisks = () => ofTheMounts().filter((line) => / \/dev\/loop\d/.test(line))

  it('is shown and unmounted too, the last first; the rescue system’s own mounts stay', async () => {
    const system = disks.attach(debianImage())
    const data = dataDisk()
    await visit.look()
    await visit.mount(visit.state().mount!.digest)
    const shownBefore = visit.state().unmount!
    // What a terminal mounted after the plan was shown is not unmounted unseen: below the system, where no command names it, or elsewhere.
    disks.run('mount -t tmpfs late "$1"/home', mnt)
    const withLate = ofTheMounts()
    await expect(visit.unmount(shownBefore)).rejects.toMatchObject({ code: 'wrong-state' })
    expect(ofTheMounts()).toEqual(withLate)
    disks.run('umount "$1"/home', mnt)
    const at = byHand(data, 'backup of sdb')
    disks.run('mkdir "$1"/folder "$2"/bound "$2"/own; mount --bind "$1"/folder "$2"/bound; mount --bind /usr "$2"/own', at, disks.folder)
    const bound = join(disks.folder, 'bound')

    const withBound = ofTheMounts()
    await expect(visit.unmount(shownBefore)).rejects.toMatchObject({ code: 'wrong-state' })
    expect(ofTheMounts()).toEqual(withBound)
    const shell = await disks.linger('cd "$1"; echo here; read line', bound)
    await expect(visit.unmount()).rejects.toMatchObject({ code: 'still-in-use', data: { path: bound, directory: bound } })
    expect(visit.state()).toMatchObject({
      mounted: { device: `${system}p4`, root: mnt, bound: true },
      elsewhere: [
        { device: data, at, readOnly: false },
        { device: data, at: bound },
      ],
    })
    expect(await visit.users()).toMatchObject([{ command: 'sh', directory: bound }])
    shell.kill('SIGKILL')
    await new Promise((ended) => shell.once('exit', ended))
    const unmount = [`umount -R ${bound}`, `umount -R '${at}'`, `umount -R ${mnt}`]
    expect(commands(visit.state().unmount)).toEqual(['sync', ...unmount])
    expect(await visit.unmount(visit.state().unmount)).toMatchObject([{ at: mnt }, { at }, { at: bound }])
    expect(ofTheDisks()).toEqual([])
    expect(visit.state().unmount).toBeUndefined()
    expect(disks.run('findmnt -rno TARGET --target "$1"/own', disks.folder).trim()).toBe(join(disks.folder, 'own'))
  })

  it('stays where only what RescueTerm mounted is to go', async () => {
    disks.attach(debianImage())
    const at = byHand(dataDisk(), 'data')
    await visit.look()
    await visit.mount(visit.state().mountReadOnly!.digest)
    expect(await visit.unmount('ours')).toMatchObject([{ at: mnt }])
    expect(visit.state()).toMatchObject({ elsewhere: [{ at }] })
    expect(ofTheDisks()).toHaveLength(1)
    expect(await visit.unmount()).toMatchObject([{ at }])
  })

  it('over a mounted system is taken off it, and the system then unmounted with all that was below it', async () => {
    disks.attach(debianImage())
    await visit.look()
    await visit.mount(visit.state().mount!.digest)
    const data = dataDisk()
    disks.run('mount "$1" "$2"', data, mnt)
    expect(await visit.unmount()).toMatchObject([{ at: mnt }, { device: data, at: mnt }])
    expect(ofTheDisks()).toEqual([])
    expect(mounts()).toEqual([])
  })

  it('says so where something else that lies over it was unmounted instead', async () => {
    const data = dataDisk()
    const at = byHand(data, 'data')
    disks.run('mount -t tmpfs over "$1"', at)
    await visit.look()
    await expect(visit.unmount()).rejects.toMatchObject({ code: 'device-busy', data: { device: data } })
    expect(await visit.unmount()).toMatchObject([{ device: data, at }])
    expect(ofTheDisks()).toEqual([])
  })
})

it('a system that is chosen while another one is mounted hides nothing: both are known, and both are unmounted', async () => {
  const [first, second] = [debianImage(), debianImage({ hostname: 'web-2' })].map((image) => disks.attach(image))
  await visit.look()
  visit.choose(`${first}p4`)
  await visit.mount(visit.state().mount!.digest)
  visit.choose(`${second}p4`)
  expect(visit.state().mounted).toBeUndefined()
  expect(visit.state().elsewhere).toMatchObject([{ device: `${first}p4`, at: mnt }])
  await visit.mount(visit.state().mount!.digest)
  expect(visit.state()).toMatchObject({
    mounted: { device: `${second}p4`, root: `${mnt}2` },
    elsewhere: [{ device: `${first}p4`, at: mnt }],
  })
  expect(await visit.unmount()).toMatchObject([{ at: mnt }, { at: `${mnt}2` }])
  expect(mounts()).toEqual([])
  expect(visit.state().elsewhere).toBeUndefined()
})

describe('other file systems', () => {
  it('XFS beside a copy of itself', async () => {
    const image = disks.image(320)
    disks.run('mkfs.xfs -q "$1"', image)
    const loop = disks.attach(image)
    disks.run('mkdir -p "$2"; mount "$1" "$2"', loop, mnt)
    plantSystem(disks, mnt, { hostname: 'x', fstab: '/dev/sda1 / xfs defaults 0 0\n', keys: keys.folder })
    const copy = `${image}-copy`
    disks.run('umount "$3"; cp --sparse=always "$1" "$2"', image, copy, mnt)
    const second = disks.attach(copy)
    const other = join(disks.folder, 'other')
    disks.run('mkdir "$2"; mount "$1" "$2"', loop, other)
    await visit.look()
    visit.choose(second)
    expect(volume(second)?.system?.hostname).toBe('x')
    expect(commands(visit.state().mount)?.[1]).toBe(`mount -o nouuid ${second} ${mnt}`)
    await visit.mount(visit.state().mount!.digest)
    expect(visit.state().mounted).toMatchObject({ device: second, readOnly: false })
    await visit.unmount()
  })

  it('btrfs with its root in a subvolume', async () => {
    const image = disks.image(160)
    disks.run('mkfs.btrfs -q "$1"', image)
    const loop = disks.attach(image)
    disks.run(
      'mkdir "$2"; mount "$1" "$2"; btrfs -q subvolume create "$2"/@; btrfs -q subvolume create "$2"/@home; mkdir "$2"/$\'new\nline\'',
      loop,
      mnt,
    )
    const uuid = disks.run('blkid -p -s UUID -o value "$1"', loop).trim()
    const fstab = `UUID=${uuid} / btrfs subvol=/@ 0 0\nUUID=${uuid} /home btrfs subvol=/@home 0 0\n`
    plantSystem(disks, join(mnt, '@'), { hostname: 'b', fstab, keys: keys.folder })
    disks.run('umount "$1"; rmdir "$1"', mnt)
    const before = sum(image)
    await visit.look()
    expect(sum(image)).toBe(before)
    expect(volume(loop)?.system).toMatchObject({ hostname: 'b', subvolume: '@', identity: { kind: 'same' } })
    expect(commands(visit.state().mount)?.slice(1, 4)).toEqual([
      `mount -o subvol=@ ${loop} ${mnt}`,
      `mount --make-private ${mnt}`,
      `mount -o subvol=/@home ${loop} ${mnt}/home`,
    ])
    await visit.mount(visit.state().mountReadOnly!.digest)
    expect(visit.state().mounted).toMatchObject({ root: mnt, readOnly: true, others: [{ device: loop, at: `${mnt}/home` }] })
    expect(await visit.prove()).toBe(true)
    await visit.unmount()
    // A snapshot that is the default, as on openSUSE.
    disks.run(
      `mount "$1" "$2"; mkdir -p "$2"/@/.snapshots/1; btrfs -q subvolume snapshot "$2"/@ "$2"/@/.snapshots/1/snapshot
      btrfs subvolume set-default "$2"/@/.snapshots/1/snapshot; umount "$2"`,
      loop,
      mnt,
    )
    await visit.look()
    expect(volume(loop)?.system).toMatchObject({ hostname: 'b' })
  })

  it('says what a damaged one says, and looks at the others', async () => {
    const image = disks.image(64)
    disks.run('mkfs.ext4 -q "$1"; dd if=/dev/zero of="$1" bs=1024 seek=2 count=64 conv=notrunc status=none', image)
    const loop = disks.attach(image)
    const good = disks.attach(debianImage())
    await visit.look()
    expect(visit.state().phase).toBe('found')
    expect(volume(loop)).toMatchObject({ role: 'data', error: { code: expect.stringMatching(/^file-system-/) } })
    expect(volume(`${good}p4`)?.role).toBe('system')
  })

  it('LUKS and LVM are named with what opens them', async () => {
    const [luks, lvm] = [disks.image(64), disks.image(64)]
    disks.run('printf secret | cryptsetup luksFormat --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "$1" -', luks)
    const physical = disks.attach(lvm)
    disks.run('pvcreate -q -q "$1"', physical)
    const encrypted = disks.attach(luks)
    await visit.look()
    expect(volume(encrypted)?.role).toBe('luks')
    expect(volume(physical)?.role).toBe('lvm-member')
    const name = `luks-${encrypted.slice('/dev/'.length)}`
    expect(visit.state().chain).toMatchObject([{ kind: 'luks', name, state: 'locked', detail: 'LUKS2' }])
    expect(visit.state().unlock).toMatchObject({
      risk: 'reads',
      commands: [
        { command: `cryptsetup open --readonly --key-file=- ${encrypted} ${name}`, asks: 'passphrase' },
        { command: 'vgchange -ay' },
      ],
    })
    expect(visit.state().chosen).toBeUndefined()
  })
})
