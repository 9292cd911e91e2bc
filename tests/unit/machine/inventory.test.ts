import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { takeInventory } from '../../../electron/machine/inventory.js'
import { scriptedMachine } from '../../support/scripted-machine.js'

const layout = (name: string) => readFileSync(new URL(`../../fixtures/machine/guides/${name}.json`, import.meta.url), 'utf8')
const columns = (line: string) => line.split(' ').at(-1)!.split(',')

it('asks an old lsblk again, without the columns it refuses', async () => {
  const unknown = ['PATH', 'FSVER', 'PARTTYPE']
  const { machine, lines } = scriptedMachine((line) => {
    if (!line.startsWith('lsblk')) return undefined
    const refused = columns(line).find((column) => unknown.includes(column))
    // As util-linux 2.29 says it: the rest of the list follows.
    return refused ? { exitCode: 1, stderr: `lsblk: unknown column: ${refused},LABEL,UUID\n` } : { stdout: layout('util-linux-2.29') }
  })
  const { devices } = await takeInventory(machine)
  expect(devices.map((device) => device.path)).toContain('/dev/mapper/vg0-root')
  const asked = lines.filter((line) => line.startsWith('lsblk'))
  expect(asked).toHaveLength(4)
  expect(columns(asked[3]!)).toEqual(expect.arrayContaining(['LABEL', 'UUID', 'PARTUUID', 'PARTLABEL']))
})

it('looks with blkid where nothing is known', async () => {
  const { machine, lines } = scriptedMachine((line) => {
    if (line.startsWith('lsblk')) return { stdout: layout('vps-2024') }
    if (line.startsWith('blkid')) return { exitCode: 2, stdout: 'DEVNAME=/dev/sdb14\nPART_ENTRY_UUID=p14\nTYPE=$(reboot)\n' }
    return undefined
  })
  const { devices } = await takeInventory(machine)
  expect(lines).toContain('blkid -p -o export /dev/sda /dev/sdb /dev/sdb14')
  expect(devices.find((device) => device.path === '/dev/sdb14')).toMatchObject({ partUuid: 'p14', fileSystem: '$(reboot)' })
})

it('says what is missing instead of failing', async () => {
  const rows = [
    { name: 'sda1', fstype: 'linux_raid_member' },
    { name: 'sdb1', fstype: 'LVM2_member' },
  ].map((row) => ({ ...row, type: 'part', size: 10 }))
  const { machine } = scriptedMachine((line) => {
    if (line.startsWith('lsblk')) return { stdout: JSON.stringify({ blockdevices: rows }) }
    return /^(mdadm|pvs)/.test(line) ? { exitCode: 127, stderr: 'not found' } : undefined
  })
  const { missing } = await takeInventory(machine)
  expect(missing.mdadm).toMatchObject({ code: 'tool-missing', data: { tool: 'mdadm', command: 'apt-get update && apt-get install mdadm' } })
  expect(missing.lvm).toMatchObject({ code: 'tool-missing', data: { tool: 'vgchange' } })
})

it.each([
  [{ exitCode: 0, stdout: '{"blockdevices": [' }, 'disks-unreadable'],
  [{ exitCode: 1, stderr: 'lsblk: Spalte nicht bekannt: PATH' }, 'disks-unreadable'],
  [{ exitCode: 1, stderr: 'lsblk: unknown column: NAME' }, 'disks-unreadable'],
  [{ exitCode: 1, stderr: 'sudo: a password is required' }, 'no-root'],
  [{ exitCode: 127, stderr: "env: 'lsblk': No such file or directory" }, 'tool-missing'],
])('no list at all: %j', async (answer, code) => {
  const { machine } = scriptedMachine((line) => (line.startsWith('lsblk') ? answer : undefined))
  await expect(takeInventory(machine)).rejects.toMatchObject({ code })
})
