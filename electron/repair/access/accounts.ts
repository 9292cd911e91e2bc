/** Who has an account, in what state its password is, and when it ends: passwd(5), shadow(5), group(5), crypt(5). Pure. */

export interface Account {
  user: string
  uid: number
  gid: number
  home: string
  shell: string
  groups: string[]
  password: Password
  /** A `!` is in front, whatever follows. */
  isLocked: boolean
  /** Of shadow, in days since 1970; undefined when the field is empty. */
  changed: number | undefined
  maximum: number | undefined
  inactive: number | undefined
  expires: number | undefined
}

export type Password =
  | { kind: 'set'; scheme: string }
  /** `!` before a hash: taken off, the old password works again. */
  | { kind: 'locked' }
  /** `*`, `!`, `!!`: never had one. */
  | { kind: 'none' }
  | { kind: 'empty' }
  /** A hash this system's crypt(3) cannot know. */
  | { kind: 'unknown-hash'; scheme: string }

/** `os.id`, `os.like`, `os.version` of os-release. */
export interface SystemName {
  id: string
  like: readonly string[]
  version: string
}

const records = (text: string, fields: number) =>
  text
    .split('\n')
    .map((line) => line.replace(/\r$/, '').split(':'))
    .filter((record) => record.length >= fields && record[0] !== '' && !record[0]!.startsWith('#') && !/^[+-]/.test(record[0]!))

export function readAccounts(texts: { passwd: string; shadow: string; group: string }, os: SystemName): Account[] {
  const shadow = new Map(records(texts.shadow, 2).map((record) => [record[0]!, record]))
  const groups = records(texts.group, 3).map(([name, , gid, members = '']) => ({
    name: name!,
    gid: Number(gid),
    members: members.split(','),
  }))
  return records(texts.passwd, 7).flatMap(([user, field, uid, gid, , home, shell]) => {
    if (!/^\d+$/.test(uid!) || !/^\d+$/.test(gid!)) return []
    const [, hash, changed, , maximum, , inactive, expires] = shadow.get(user!) ?? []
    const secret = field === 'x' ? (hash ?? '*') : field!
    return [
      {
        user: user!,
        uid: Number(uid),
        gid: Number(gid),
        home: home!.replace(/\/+$/, '') || '/',
        shell: shell || '/bin/sh',
        groups: groups.filter((group) => group.gid === Number(gid) || group.members.includes(user!)).map(({ name }) => name),
        password: passwordOf(secret, os),
        isLocked: secret.startsWith('!'),
        changed: days(changed),
        maximum: days(maximum),
        inactive: days(inactive),
        expires: days(expires),
      },
    ]
  })
}

/** The people of a system: root and the ordinary users, who have a shell. At most 20. */
export const peopleOf = (accounts: readonly Account[]): Account[] =>
  accounts.filter(({ uid, shell }) => uid === 0 || (uid >= 1000 && uid < 60_000 && !isNoShell(shell))).slice(0, 20)

export const isNoShell = (shell: string) => /\/(nologin|false|true|sync|halt|shutdown|git-shell)$/.test(shell)

const schemes: Record<string, string> = {
  '1': 'MD5',
  '2a': 'bcrypt',
  '2b': 'bcrypt',
  '2y': 'bcrypt',
  '5': 'SHA-256',
  '6': 'SHA-512',
  y: 'yescrypt',
  gy: 'gost-yescrypt',
  '7': 'scrypt',
}

function passwordOf(field: string, os: SystemName): Password {
  if (field === '') return { kind: 'empty' }
  const isLocked = field.startsWith('!')
  const hash = field.replace(/^!+/, '')
  const id = /^\$([^$]+)\$/.exec(hash)?.[1]
  const isTraditional = /^[./0-9A-Za-z]{13}$/.test(hash) || /^_[./0-9A-Za-z]{19}$/.test(hash)
  if (id === undefined && !isTraditional) return { kind: 'none' }
  if (isLocked) return { kind: 'locked' }
  if (id === undefined) return { kind: 'set', scheme: 'DES' }
  const scheme = schemes[id]
  return scheme === undefined || !isKnown(id, os) ? { kind: 'unknown-hash', scheme: scheme ?? `$${id}$` } : { kind: 'set', scheme }
}

/** glibc's own crypt knows $1$, $5$, $6$, musl's bcrypt too; libxcrypt knows bcrypt, and yescrypt from 4.3: Debian 11, Ubuntu 20.04, RHEL 9. */
function isKnown(id: string, { id: os, like, version }: SystemName): boolean {
  if (/^[156]$/.test(id)) return true
  if (os === 'alpine') return id.startsWith('2')
  const is = (name: string) => os === name || like.includes(name)
  const number = Number.parseFloat(version)
  if (Number.isNaN(number)) return true
  if (os === 'ubuntu') return number >= 20.04
  if (os === 'debian') return number >= 11
  if (os !== 'fedora' && (is('rhel') || is('centos'))) return id.startsWith('2') ? number >= 8 : number >= 9
  return true
}

const days = (field: string | undefined) => (field !== undefined && /^-?\d+$/.test(field) ? Number(field) : undefined)

export type Expiry = 'account-expired' | 'password-lapsed' | 'password-expired' | 'must-change'

/**
 * As check_shadow_expiry of pam_unix decides it, whatever stands for the password. The last day itself counts as over only from
 * Linux-PAM 1.6 on. @param today days since 1970.
 */
export function expiryOf({ changed, maximum, inactive, expires }: Account, today: number): Expiry | undefined {
  if (expires !== undefined && expires >= 0 && today >= expires) return 'account-expired'
  if (changed === 0) return 'must-change'
  if (changed === undefined || changed < 0 || changed > today || maximum === undefined || maximum < 0) return undefined
  if (inactive !== undefined && inactive >= 0 && today >= changed + maximum + inactive) return 'password-lapsed'
  return today >= changed + maximum ? 'password-expired' : undefined
}

/** Who may become root with all rights, of sudoers(5) rules of the plain kind; a rule with more in it is left out. */
export interface SudoRule {
  /** `user` or `%group`. */
  who: string
  noPassword: boolean
}

export function readSudoRules(text: string): SudoRule[] {
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => {
      const match =
        /^\s*(%?[\w.-]+)\s+ALL\s*=\s*(?:\(\s*ALL\s*(?::\s*ALL\s*)?\)\s*)?(NOPASSWD\s*:\s*)?(?:SETENV\s*:\s*)?ALL\s*(?:#.*)?$/.exec(line)
      return match ? [{ who: match[1]!, noPassword: match[2] !== undefined }] : []
    })
}

/** Without a password of their own only NOPASSWD helps. */
export function canBecomeRoot({ user, uid, groups, password }: Account, rules: readonly SudoRule[]): boolean {
  if (uid === 0) return true
  const theirs = rules.filter(({ who }) => who === user || who === 'ALL' || (who.startsWith('%') && groups.includes(who.slice(1))))
  // The last matching rule decides (sudoers(5)).
  const last = theirs.at(-1)
  return last !== undefined && (last.noPassword || password.kind === 'set')
}
