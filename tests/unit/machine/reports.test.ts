import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import {
  parseBlkid,
  parseLsblk,
  parseLvm,
  parseMdstat,
  parseMountinfo,
  parseOsRelease,
  parseRaidMembers,
  unescapeOctal,
} from '../../../electron/machine/reports.js'

const layout = (name: string) => readFileSync(new URL(`../../fixtures/machine/guides/${name}.json`, import.meta.url), 'utf8')

describe('lsblk', () => {
  it('of an old release has strings for numbers and no paths', () => {
    expect(parseLsblk(layout('util-linux-2.29'))).toMatchObject([
      { path: '/dev/sda', size: 2684354560, isReadOnly: false },
      { path: '/dev/sda1', parents: ['/dev/sda'] },
      { path: '/dev/sdb' },
      { path: '/dev/sdb1', fileSystem: 'LVM2_member', isReadOnly: true },
      { path: '/dev/mapper/vg0-root', type: 'lvm', parents: ['/dev/sdb1'] },
    ])
  })

  it('shows an array under every member: it is one device', () => {
    const array = parseLsblk(layout('dedicated-raid'))!.filter((device) => device.path === '/dev/md1')
    expect(array).toMatchObject([{ type: 'raid1', parents: ['/dev/sda2', '/dev/sdb2'] }])
  })

  it('leaves out what cannot be, and keeps hostile names as they are', () => {
    const rows = [
      { name: '$(reboot)', path: '/dev/$(reboot)', type: 'part', size: -5, label: '\u202eevil\n', ro: null },
      { name: 'a', path: '/dev/../etc/passwd' },
      { name: 'b', path: '/etc/shadow' },
      { name: 'c', path: '/dev/new\nline' },
      { name: 'cciss!c0d0', size: '7' },
      { name: 5, path: '/dev/sdz' },
      null,
      'text',
      { name: 'sdx', path: '/dev/sdx', children: 'none' },
    ]
    expect(parseLsblk(JSON.stringify({ blockdevices: rows }))).toMatchObject([
      { path: '/dev/$(reboot)', size: 0, label: '\u202eevil\n', isReadOnly: false },
      { path: '/dev/cciss/c0d0', size: 7 },
    ])
  })

  it('is bounded in depth and number', () => {
    const levels = 5000
    const deep = Array.from({ length: levels }, (_, level) => `{"name":"d${level}","children":[`).join('') + ']}'.repeat(levels)
    expect(parseLsblk(`{"blockdevices":[${deep}]}`)!.length).toBeLessThan(20)
    const many = Array.from({ length: 3000 }, (_, index) => ({ name: `s${index}` }))
    expect(parseLsblk(JSON.stringify({ blockdevices: many }))).toHaveLength(1000)
  })

  test.each(['', '{"blockdevices": [{"name":', 'lsblk: Spalte nicht bekannt', '[]', '{"blockdevices": null}', 'null'])(
    '%s is no report',
    (text) => expect(parseLsblk(text)).toBeUndefined(),
  )
})

test('blkid: one block per device, escapes taken back', () => {
  const report = `DEVNAME=/dev/sdb14
PART_ENTRY_TYPE=21686148-6449-6e6f-744e-656564454649

DEVNAME=/dev/sdb1
LABEL=\\$(reboot)\\"\\\\
TYPE=ext4
no line of blkid
=empty

TYPE=without a device
`
  expect([...parseBlkid(report)]).toEqual([
    ['/dev/sdb14', { DEVNAME: '/dev/sdb14', PART_ENTRY_TYPE: '21686148-6449-6e6f-744e-656564454649' }],
    ['/dev/sdb1', { DEVNAME: '/dev/sdb1', LABEL: '$(reboot)"\\', TYPE: 'ext4' }],
  ])
  expect([...parseBlkid('')]).toEqual([])
})

test('mountinfo: escaped names, optional fields, read-only by mount or by file system', () => {
  const report = `22 27 0:21 / /proc rw,relatime - proc proc rw
36 35 8:17 / /mnt/a\\040b\\012c rw,noatime master:1 shared:2 - ext4 /dev/sdb1 ro,errors=continue
37 35 0:50 /@ /srv ro - btrfs /dev/sdc rw
38 35 8:18 / /cut
half a li`
  expect(parseMountinfo(report)).toEqual([
    { number: '0:21', subtree: '/', target: '/proc', fileSystem: 'proc', source: 'proc', isReadOnly: false },
    {
      number: '8:17',
      subtree: '/',
      target: '/mnt/a b\nc',
      fileSystem: 'ext4',
      source: '/dev/sdb1',
      isReadOnly: true,
      peerGroup: 'shared:2',
    },
    { number: '0:50', subtree: '/@', target: '/srv', fileSystem: 'btrfs', source: '/dev/sdc', isReadOnly: true },
  ])
})

test('octal escapes are bytes, not characters', () => {
  expect(unescapeOctal('caf\\303\\251 é \\999')).toBe('café é \\999')
})

test('mdadm: members, and what a mirror holds', () => {
  const report = `
DEVICE=/dev/sda3
MD_LEVEL=raid1
MD_DEVICES=2
MD_NAME=backup-sbg:1
MD_UUID=aa:bb:cc:dd
DEVNAME=/dev/sda3
TYPE=crypto_LUKS
VERSION=2

DEVICE=/dev/sdb3
mdadm: No md superblock detected on /dev/sdb3.
`
  expect(parseRaidMembers(report)).toEqual([
    {
      path: '/dev/sda3',
      arrayUuid: 'aa:bb:cc:dd',
      name: '1',
      level: 'raid1',
      devices: 2,
      inside: { fileSystem: 'crypto_LUKS', version: '2' },
    },
  ])
})

test('mdstat: active, read-only, degraded, stalled', () => {
  const report = `Personalities : [raid1] [raid6]
md1 : active (read-only) raid1 sda3[0]
      3906886464 blocks super 1.2 [2/1] [U_]
      bitmap: 3/30 pages [12KB], 65536KB chunk

md2 : active (auto-read-only) raid1 sda4[0] sdb4[1](F)
      100 blocks [2/2] [UU]

md127 : inactive sdc1[1](S) sdd1[0](S)
      200 blocks super 1.2

unused devices: <none>
`
  expect(parseMdstat(report)).toEqual([
    { name: 'md1', isActive: true, members: ['sda3'], missing: 1 },
    { name: 'md2', isActive: true, members: ['sda4', 'sdb4'], missing: 0 },
    { name: 'md127', isActive: false, members: ['sdc1', 'sdd1'], missing: 0 },
  ])
  expect(parseMdstat('nothing of the kind')).toEqual([])
})

test('LVM: rows of a section; anything else is none', () => {
  expect(parseLvm('{"report":[{"pv":[{"pv_name":"/dev/sdb3","vg_name":"vg0"}]}],"log":[]}', 'pv')).toEqual([
    { pv_name: '/dev/sdb3', vg_name: 'vg0' },
  ])
  for (const report of ['', '{"report":[{"pv":[{"pv_name":5}]}]}', '{"report":[{"pv":"x"}]}', 'WARNING: …'])
    expect(parseLvm(report, 'pv')).toEqual([])
})

test('os-release: quotes, escapes, comments', () => {
  expect(parseOsRelease(`# c\nID=debian\nNAME="De\\"b\\$ian"\nPRETTY_NAME='a b'\nVERSION_ID=12 # no\nBAD-KEY=1\nOPEN="x\n`)).toEqual({
    ID: 'debian',
    NAME: 'De"b$ian',
    PRETTY_NAME: 'a b',
  })
})
