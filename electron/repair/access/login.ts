/** Will it let this person in over SSH? An account, what sshd answers for it, and its keys, put together. Pure. */
import { matchesPattern } from '../glob.js'
import { type Account, type Expiry, isNoShell } from './accounts.js'
import type { SshdSettings } from './sshd-config.js'

export interface AccountKeys {
  /** Lines with a key that leads to a shell, in files that sshd reads. */
  usable: number
  /** Why it does not read others with such keys: these files and folders belong to somebody else, or others may write them. */
  unsafe: string[]
}

/** Why a person does not get in; the first that applies of each way. */
type Obstacle =
  | Expiry
  | 'no-shell'
  | 'not-allowed'
  | 'nologin-file'
  | 'root-off'
  | 'passwords-off'
  | 'root-password-off'
  | 'no-password'
  | 'keys-off'
  | 'no-keys'
  | 'keys-unsafe'
  | 'locked'
  | 'more-asked'

export interface Ways {
  password: Obstacle | 'open'
  /** `unsure`: what is not on this disk may open it. */
  key: Obstacle | 'open' | 'unsure'
  /** AllowUsers, AllowGroups… with a host in it: it depends on where one comes from. */
  unsure: boolean
}

export interface LoginFacts {
  account: Account
  settings: SshdSettings
  keys: AccountKeys
  expiry: Expiry | undefined
  shellExists: boolean
  nologinFile: boolean
}

export function waysIn(facts: LoginFacts): Ways {
  const { account, settings, keys } = facts
  const allowed = allowsGroups(account, settings) ? allowsUser(account.user, settings) : 'no'
  const common = commonObstacle(facts, allowed === 'no')
  return {
    password: common ?? passwordWay(account, settings),
    key: common ?? keyWay(account, settings, keys),
    unsure: allowed === 'unsure',
  }
}

/** What bars both ways, in the order that helps most. */
function commonObstacle({ account, settings, expiry, shellExists, nologinFile }: LoginFacts, isLeftOut: boolean): Obstacle | undefined {
  const isRoot = account.uid === 0
  if (expiry === 'account-expired') return expiry
  // pam_unix looks at the dates for keys as well; a change it asks for is confirmed with the old password, root's too.
  const canChange = expiry !== 'password-lapsed' && (account.password.kind === 'set' || account.password.kind === 'empty')
  if (expiry && settings.pam && !canChange) return expiry
  if (isNoShell(account.shell) || !shellExists) return 'no-shell'
  if (isLeftOut) return 'not-allowed'
  if (isRoot && settings.permitRootLogin === 'no') return 'root-off'
  // pam_nologin lets root pass.
  return nologinFile && !isRoot ? 'nologin-file' : undefined
}

function passwordWay(account: Account, settings: SshdSettings): Ways['password'] {
  if (account.password.kind === 'empty' ? !settings.emptyPasswords : account.password.kind !== 'set') return 'no-password'
  const viaPam = settings.keyboardInteractive && settings.pam
  if (!settings.passwords && !viaPam) return 'passwords-off'
  if (account.uid === 0 && settings.permitRootLogin !== 'yes') return 'root-password-off'
  const enough =
    settings.methods.length === 0 ||
    settings.methods.some((list) => list.every((one) => one === 'password' || one === 'keyboard-interactive'))
  return enough ? 'open' : 'more-asked'
}

function keyWay(account: Account, settings: SshdSettings, keys: AccountKeys): Ways['key'] {
  if (!settings.publicKeys) return 'keys-off'
  if (account.uid === 0 && settings.permitRootLogin === 'forced-commands-only') return 'root-off'
  if (keys.usable === 0 && settings.otherKeys === undefined) return keys.unsafe.length > 0 ? 'keys-unsafe' : 'no-keys'
  // auth.c, allowed_user: `!` bars keys as well, `*` does not.
  if (!settings.pam && account.isLocked) return 'locked'
  const enough = settings.methods.length === 0 || settings.methods.some((list) => list.every((one) => one === 'publickey'))
  if (!enough) return 'more-asked'
  return keys.usable > 0 ? 'open' : 'unsure'
}

/** By DenyUsers and AllowUsers. */
export function allowsUser(user: string, { denyUsers, allowUsers }: SshdSettings): 'yes' | 'no' | 'unsure' {
  const named = (patterns: readonly string[]) => {
    if (patterns.some((pattern) => !pattern.includes('@') && matchesPattern(pattern, user))) return 'yes'
    return patterns.some((pattern) => pattern.includes('@') && matchesPattern(pattern.slice(0, pattern.lastIndexOf('@')), user))
      ? 'unsure'
      : 'no'
  }
  const denied = named(denyUsers)
  const allowed = allowUsers.length === 0 ? 'yes' : named(allowUsers)
  if (denied === 'yes' || allowed === 'no') return 'no'
  return denied === 'unsure' ? denied : allowed
}

/** By DenyGroups and AllowGroups, which must let them in as well (sshd_config(5)). */
export function allowsGroups({ groups }: Account, { denyGroups, allowGroups }: SshdSettings): boolean {
  const isIn = (patterns: readonly string[]) => patterns.some((pattern) => groups.some((group) => matchesPattern(pattern, group)))
  return !isIn(denyGroups) && (allowGroups.length === 0 || isIn(allowGroups))
}
