import { afterAll, beforeAll, expect, it } from 'vitest'
import { customerImage, customerLogins } from './images.js'
import { createMachine, type Machine } from './machine.js'
import { logIn, scanHostKeys } from './remote.js'

let machine: Machine

beforeAll(async () => {
  machine = await createMachine(await customerImage('plain'))
})
afterAll(() => machine?.dispose())

it('starts in normal mode with the keys its disk holds, and lets both users in', async () => {
  await machine.start('normal')
  expect(await machine.waitForBoot()).toBe('ssh')
  expect(await scanHostKeys(machine.port)).toEqual(machine.image.hostKeys)
  for (const login of Object.values(customerLogins)) {
    const remote = await logIn(machine.port, login)
    expect(await remote.output('hostname; whoami')).toBe(`vps-lab\n${login.user}\n`)
    remote.end()
  }
  const remote = await logIn(machine.port, customerLogins.root)
  expect(await remote.output('lsblk -nro NAME,MOUNTPOINT | grep -w sda1')).toBe('sda1 /\n')
  await remote.output('echo kept > /root/note; sync')
  remote.end()
})

it('starts in rescue mode at the same port with other keys, and fresh ones each time', async () => {
  const seen = new Set(machine.image.hostKeys)
  const passwords = new Set<string>()
  for (const time of ['first', 'second']) {
    const login = await machine.panel.rebootInRescue()
    expect(await machine.waitForBoot(), time).toBe('ssh')
    const keys = await scanHostKeys(machine.port)
    expect(keys).toHaveLength(3)
    for (const key of keys) expect(seen).not.toContain(key)
    for (const key of keys) seen.add(key)
    expect(passwords).not.toContain(login.password)
    passwords.add(login.password)
    await expect(logIn(machine.port, customerLogins.root)).rejects.toMatchObject({ level: 'client-authentication' })
    ;(await logIn(machine.port, login)).end()
    if (time === 'first') continue
    const remote = await logIn(machine.port, login)
    expect(await remote.output('hostname')).toBe('rescue\n')
    const { blockdevices } = JSON.parse(await remote.output('lsblk -J -b -o NAME,TYPE,SIZE,PARTTYPE,MOUNTPOINT')) as {
      blockdevices: unknown[]
    }
    const part = (name: string, mountpoint: string | null = null) => expect.objectContaining({ name, type: 'part', mountpoint })
    expect(blockdevices).toEqual([
      expect.objectContaining({ name: 'sda', size: 2.5 * 1024 ** 3, children: [part('sda1', '/')] }),
      expect.objectContaining({ name: 'sdb', size: 4 * 1024 ** 3, children: [part('sdb1'), part('sdb14'), part('sdb15')] }),
    ])
    expect(await remote.output('mount /dev/sdb1 /mnt && cat /mnt/root/note && cat /mnt/etc/ssh/ssh_host_ed25519_key.pub')).toBe(
      `kept\n${machine.image.hostKeys.find((key) => key.startsWith('ssh-ed25519'))} root@vps-lab\n`,
    )
    remote.end()
  }
})
