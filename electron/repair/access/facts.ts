/** Everything the access task decides on, read once. */

import { readSelinux, type Selinux } from '../selinux.js'
import type { MountedSystem } from '../task.js'
import { readUnits, type Units } from '../units.js'
import { type Account, canBecomeRoot, type Expiry, expiryOf, peopleOf, readAccounts, readSudoRules } from './accounts.js'
import { createLook, type KeysOfAccount, keyPaths, readKeys } from './authorized-keys.js'
import { type Ways, waysIn } from './login.js'
import { readSshd, type Sshd } from './sshd.js'
import type { SshdSettings } from './sshd-config.js'

export interface Person {
  account: Account
  expiry: Expiry | undefined
  shellExists: boolean
  settings: SshdSettings
  keys: KeysOfAccount
  ways: Ways
  canBecomeRoot: boolean
}

export interface AccessFacts {
  system: MountedSystem
  selinux: Selinux
  sshd: Sshd
  units: Units | { reason: string }
  people: Person[]
  /** As the mounted system names it, links followed; its content, to copy and to name the copy by. */
  shadow: { path: string; bytes: Buffer }
  /** Of /etc/nologin. */
  nologin: string | undefined
  /** Days since 1970. */
  today: number
  bash: boolean
  /** Mode and owner of a path. */
  look: ReturnType<typeof createLook>
}

/** @returns what is missing, when these are not the files of a system. */
export async function readAccess(system: MountedSystem, now: Date, signal: AbortSignal): Promise<AccessFacts | { missing: string }> {
  const { files } = system
  const sshdOf = async () => {
    const units = await readUnits(system, signal)
    return { units, sshd: await readSshd(system, 'reason' in units ? undefined : units, signal) }
  }
  const [[passwd, shadow, group], { units, sshd }, sudo, nologin, selinux] = await Promise.all([
    files.read(['/etc/passwd', '/etc/shadow', '/etc/group'], 1024 * 1024),
    sshdOf(),
    sudoers(system),
    files.text('/etc/nologin'),
    readSelinux(system),
  ])
  for (const file of [passwd!, shadow!]) if (file.kind !== 'file') return { missing: file.path }
  if (passwd?.kind !== 'file' || shadow?.kind !== 'file') return { missing: '/etc/passwd' }
  const text = (file: typeof passwd) => file.bytes.toString('utf8')
  const accounts = readAccounts({ passwd: text(passwd), shadow: text(shadow), group: group?.kind === 'file' ? text(group) : '' }, system.os)
  const people = peopleOf(accounts)
  const rules = readSudoRules(sudo)
  const today = Math.floor(now.getTime() / 86_400_000)
  const look = createLook(files)
  const [shells, settings] = await Promise.all([
    files.read([...people.map(({ shell }) => shell), '/bin/bash'], 1),
    Promise.all(people.map(({ user }) => sshd.settingsFor(user))),
  ])
  const keyTexts = await files.texts([...new Set(people.flatMap((account, index) => keyPaths(settings[index]!.keyFiles, account)))])
  return {
    system,
    selinux,
    sshd,
    units,
    people: await Promise.all(
      people.map(async (account, index) => {
        const keys = await readKeys(account, settings[index]!, keyTexts, look)
        const expiry = expiryOf(account, today)
        const shellExists = shells[index]!.kind === 'file'
        return {
          account,
          expiry,
          shellExists,
          settings: settings[index]!,
          keys,
          ways: waysIn({ account, settings: settings[index]!, keys, expiry, shellExists, nologinFile: nologin !== undefined }),
          canBecomeRoot: canBecomeRoot(account, rules),
        }
      }),
    ),
    shadow: { path: shadow.resolved, bytes: shadow.bytes },
    nologin,
    today,
    bash: shells.at(-1)!.kind === 'file',
    look,
  }
}

/** sudoers(5): files of sudoers.d with a dot or a tilde in the name are not read. */
async function sudoers({ files }: MountedSystem): Promise<string> {
  const names = (await files.list('/etc/sudoers.d')).map(({ name }) => name).filter((name) => !/[.~]/.test(name))
  const read = await files.read(['/etc/sudoers', ...names.sort().map((name) => `/etc/sudoers.d/${name}`)])
  return read.map((file) => (file.kind === 'file' ? file.bytes.toString('utf8') : '')).join('\n')
}
