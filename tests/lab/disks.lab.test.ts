/**
 * What hides a system, opened on a real kernel: a mirror with one disk left, LUKS on it, LVM in that. The disk is made here, in the
 * rescue system, and the product opens, mounts and closes it.
 */
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../electron/clock.js'
import { createDisks, type Disks } from '../../electron/machine/disks.js'
import { createMachine } from '../../electron/machine/machine.js'
import { rescueImage } from './images.js'
import { openWorkshop, type Workshop } from './workshop.js'

const passphrase = ` <&>$'"\\ é`

const make = `set -eu
disk=$(readlink -f "$1")
printf 'label: gpt\\nsize=1M,type=21686148-6449-6E6F-744E-656564454649\\nsize=40M\\ntype=R\\n' | sfdisk -q "$disk"
udevadm settle
mdadm --quiet --create /dev/md1 --homehost=backup-sbg --name=1 --metadata=1.2 --level=1 --raid-devices=2 --run "$disk"3 missing
cryptsetup luksFormat --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file - /dev/md1
printf %s "$2" | cryptsetup open --key-file - /dev/md1 made
pvcreate -q -q /dev/mapper/made; vgcreate -q -q vg-0 /dev/mapper/made; lvcreate -q -q -L 60M -n root vg-0; lvcreate -q -q -L 20M -n var vg-0
mkfs.ext4 -q "$disk"2; mkfs.ext4 -q /dev/vg-0/root; mkfs.xfs -q /dev/vg-0/var 2> /dev/null || mkfs.ext4 -q /dev/vg-0/var
mount /dev/vg-0/root /mnt; cd /mnt; mkdir -p etc/ssh boot var dev proc sys run root
cp /etc/os-release etc/; echo backup-sbg > etc/hostname; cp -p /etc/ssh/ssh_host_* etc/ssh/
printf '/dev/mapper/vg--0-root / ext4 defaults 0 1\\nUUID=%s /boot ext4 defaults 0 2\\n/dev/vg-0/var /var auto defaults 0 2\\n' "$(blkid -s UUID -o value "$disk"2)" > etc/fstab
cd /; umount /mnt; vgchange -q -an vg-0; cryptsetup close made; mdadm --quiet --stop /dev/md1; udevadm settle
cut -d' ' -f2 /etc/ssh/ssh_host_ed25519_key.pub`

let folder: string
let workshop: Workshop
let visit: Disks
let disk: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rescueterm-chain-'))
  const image = join(folder, 'disk.raw')
  await writeFile(image, '')
  await truncate(image, 256 * 1024 * 1024)
  workshop = await openWorkshop(await rescueImage())
  const { remote } = workshop
  disk = (await remote.output(`readlink -f ${await workshop.plug({ path: image, format: 'raw' })}`)).trim()
  await remote.output('cat > /root/make.sh', make)
  await remote.output('cat > /root/passphrase', passphrase)
  const made = await remote.output(`sh /root/make.sh ${disk} "$(cat /root/passphrase)" < /root/passphrase`)
  const key = made.trim().split('\n').at(-1)!
  const machine = createMachine({
    execute: async (line, { stdin }) => {
      const { code, stdout, stderr } = await remote.run(line, stdin)
      return { exitCode: code, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), truncated: false, timedOut: false }
    },
    clock: systemClock,
    sudo: () => false,
    onDidRun: () => {},
  })
  visit = createDisks({ machine, knownKeys: () => [Buffer.from(key, 'base64')], clock: systemClock, onDidChange: () => {} })
}, 600_000)
afterAll(async () => {
  await workshop?.close()
  await rm(folder, { recursive: true, force: true })
})

it('opens a degraded mirror, LUKS and LVM read-only, mounts the system writable, and closes everything again', async () => {
  await visit.look()
  const name = disk.replace('/dev/', '')
  expect(visit.state().chain).toMatchObject([
    { kind: 'raid', name: 'md1', members: [`${name}3`], state: 'degraded', detail: 'raid1', missing: 1 },
    { kind: 'luks', name: 'luks-md1', members: ['md1'], state: 'locked', detail: 'LUKS2' },
  ])
  const unlock = visit.state().unlock!
  expect(unlock).toMatchObject({
    risk: 'reads',
    commands: [
      { command: `mdadm --assemble --readonly --run /dev/md1 ${disk}3` },
      { command: 'cryptsetup open --readonly --key-file=- /dev/md1 luks-md1', asks: 'passphrase' },
      { command: 'vgchange -ay' },
    ],
  })
  await expect(visit.unlock(unlock.digest, 'not this')).rejects.toMatchObject({ code: 'wrong-passphrase' })
  expect(visit.state().chain).toMatchObject([{ state: 'degraded', missing: 1 }, { state: 'locked' }])
  await visit.unlock(visit.state().unlock!.digest, passphrase)
  expect(visit.state().unlock).toBeUndefined()
  expect(visit.state().chain).toMatchObject([
    { state: 'degraded' },
    { state: 'open' },
    { kind: 'lvm', name: 'vg-0', members: ['luks-md1'], state: 'open' },
  ])
  expect(visit.state()).toMatchObject({ chosen: '/dev/mapper/vg--0-root' })
  expect(visit.state().volumes.find((one) => one.path === '/dev/mapper/vg--0-root')).toMatchObject({
    role: 'system',
    system: { hostname: 'backup-sbg', identity: { kind: 'same' } },
  })

  await visit.mount(visit.state().mountReadOnly!.digest)
  expect(visit.state().mounted).toMatchObject({ readOnly: true, bound: true })
  expect(await visit.prove()).toBe(true)

  const mount = visit.state().mount!
  expect(mount.commands.map((one) => one.command).slice(0, 9)).toEqual([
    'umount -R /mnt',
    'vgchange -an vg-0',
    'cryptsetup close luks-md1',
    'mdadm --readwrite /dev/md1',
    'cryptsetup open --key-file=- /dev/md1 luks-md1',
    'vgchange -ay vg-0',
    'mount /dev/mapper/vg--0-root /mnt',
    'mount --make-private /mnt',
    `mount ${disk}2 /mnt/boot`,
  ])
  await visit.mount(mount.digest)
  const others = [
    { device: `${disk}2`, at: '/mnt/boot' },
    { device: '/dev/mapper/vg--0-var', at: '/mnt/var' },
  ]
  expect(visit.state().mounted).toMatchObject({ root: '/mnt', readOnly: false, ours: true, bound: true, others })
  const { files } = visit.mountedSystem()!
  await files.change({ path: '/etc/hostname', before: Buffer.from('backup-sbg\n'), after: Buffer.from('changed\n'), mode: 0o644 })

  await visit.unmount()
  expect(visit.state().mounted).toBeUndefined()
  expect(await workshop.remote.output(`lsblk -nro NAME ${disk}`)).toBe([name, `${name}1`, `${name}2`, `${name}3`, ''].join('\n'))
  expect(visit.state().unlock?.commands).toHaveLength(3)
}, 600_000)
