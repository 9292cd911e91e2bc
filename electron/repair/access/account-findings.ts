/** What is wrong with an account itself, whatever sshd says: its password, its end, its shell, its keys. */
import { evidenceOf, findingOf, proposalOf } from '../build-finding.js'
import type { PlannedProposal, TaskFinding } from '../task.js'
import { isNoShell } from './accounts.js'
import type { AccessFacts, Person } from './facts.js'
import { passwordProposal, shadowChange, toolChange } from './password-steps.js'

export function accountFindings(facts: AccessFacts): TaskFinding[] {
  return [
    ...facts.people.flatMap((person) => [
      passwordFinding(facts, person),
      ...expiryFinding(facts, person),
      ...shellFinding(facts, person),
      ...keysFinding(facts, person),
    ]),
    ...nologinFinding(facts),
    ...sudoFinding(facts),
  ]
}

/** The line of shadow without its hash. */
const shadowEvidence = (facts: AccessFacts, { account }: Person) => {
  const lines = facts.shadow.bytes.toString('utf8').split('\n')
  const index = lines.findIndex((line) => line.startsWith(`${account.user}:`))
  if (index < 0) return []
  const fields = lines[index]!.split(':')
  const hash = fields[1]!.length > 2 ? `${/^!*/.exec(fields[1]!)![0]}[removed]` : fields[1]!
  return [evidenceOf('/etc/shadow', [fields[0], hash, ...fields.slice(2)].join(':'), index + 1)]
}

function passwordFinding(facts: AccessFacts, person: Person): TaskFinding {
  const { account } = person
  const { user, password } = account
  const isRoot = account.uid === 0
  const change = passwordProposal(facts, 'change-password', user)
  const evidence = shadowEvidence(facts, person)
  const finding = (state: TaskFinding['state'], code: string, values = {}, proposals: PlannedProposal[] = [change]) =>
    findingOf(`password:${user}`, state, code, { user, ...values }, { evidence, proposals })
  // Cloud images leave root, and often everybody, without a password: that is no fault while a key opens.
  const hasOtherWay = person.ways.key === 'open' || facts.people.some((one) => one !== person && one.canBecomeRoot && isOpen(one))
  switch (password.kind) {
    case 'set':
      return finding('fine', 'password-set', { scheme: password.scheme })
    case 'empty':
      return finding('fault', 'password-empty')
    case 'unknown-hash':
      return finding('fault', 'password-hash-unknown', { scheme: password.scheme })
    case 'none':
      return finding(isRoot && !hasOtherWay ? 'warning' : 'fine', 'password-none')
    case 'locked': {
      const root = facts.system.root
      const { steps, ...rest } = shadowChange(facts, ['usermod', '-R', root, '-U', user])
      return finding(isRoot && !hasOtherWay ? 'warning' : 'fine', 'password-locked', {}, [
        change,
        proposalOf('unlock-password', { user }, steps, rest),
      ])
    }
  }
}

export const isOpen = ({ ways }: Person) => ways.password === 'open' || ways.key === 'open'

function expiryFinding(facts: AccessFacts, person: Person): TaskFinding[] {
  const { account, expiry } = person
  if (!expiry) return []
  const { user, expires, changed, maximum = 0 } = account
  const values = { user, date: dateOf(expiry === 'account-expired' ? expires! : (changed ?? 0) + maximum) }
  const evidence = shadowEvidence(facts, person)
  const root = facts.system.root
  const isAccount = expiry === 'account-expired'
  const { steps, ...rest } = shadowChange(
    facts,
    isAccount ? ['chage', '-R', root, '-E', '-1', user] : ['chage', '-R', root, '-d', String(facts.today), user],
  )
  const state = person.ways.key === expiry ? 'fault' : 'warning'
  const proposals = [proposalOf(isAccount ? 'lift-account-expiry' : 'restart-password-age', { user }, steps, rest)]
  return [findingOf(`expiry:${user}`, state, expiry, values, { evidence, proposals })]
}

/** 1970-01-01 and so on; of a field that is far off, the number. */
const dateOf = (day: number) => (Math.abs(day) < 3_000_000 ? new Date(day * 86_400_000).toISOString().slice(0, 10) : String(day))

function shellFinding(facts: AccessFacts, { account, shellExists }: Person): TaskFinding[] {
  const { user, shell } = account
  const isNone = isNoShell(shell)
  if (!isNone && shellExists) return []
  const to = facts.bash ? '/bin/bash' : '/bin/sh'
  const root = facts.system.root
  const usermod = (value: string) => ['usermod', '-R', root, '-s', value, user] as const
  const { steps, undo } = toolChange(facts, usermod(to), usermod(shell), ['/etc/passwd', '/etc/shadow'])
  return [
    findingOf(
      `shell:${user}`,
      'fault',
      isNone ? 'account-no-shell' : 'account-shell-missing',
      { user, shell },
      {
        evidence: [evidenceOf('/etc/passwd', `${user}: ${shell}`)],
        proposals: [proposalOf('set-shell', { user, shell: to }, steps, { undo })],
      },
    ),
  ]
}

function keysFinding({ system }: AccessFacts, { account, keys }: Person): TaskFinding[] {
  const { unsafe, foreign } = keys
  if (unsafe.length === 0) return []
  const { user, uid, gid, home } = account
  const run = (...words: [string, ...string[]]) => ({ kind: 'run', words: system.inSystem(words), risk: 'writes' }) as const
  // What lies elsewhere may serve others: nobody is made its owner.
  const isTheirs = foreign.every((path) => `${path}/`.startsWith(`${home}/`))
  const own = foreign.length > 0 ? [run('chown', `${uid}:${gid}`, ...foreign)] : []
  return [
    findingOf(
      `keys:${user}`,
      keys.usable > 0 ? 'warning' : 'fault',
      'keys-unsafe',
      { user, path: unsafe[0]!, n: unsafe.length },
      {
        evidence: unsafe.map((path) => evidenceOf('AuthorizedKeysFile', path)),
        proposals: isTheirs ? [proposalOf('fix-key-modes', { user }, [...own, run('chmod', 'go-w', ...unsafe)])] : [],
      },
    ),
  ]
}

function nologinFinding({ nologin, people }: AccessFacts): TaskFinding[] {
  if (nologin === undefined) return []
  const rootGetsIn = people.some((person) => person.account.uid === 0 && isOpen(person))
  return [
    findingOf(
      'nologin',
      rootGetsIn ? 'warning' : 'fault',
      'nologin-file',
      {},
      {
        keepsOut: !rootGetsIn,
        evidence: [evidenceOf('/etc/nologin', nologin)],
        proposals: [proposalOf('remove-nologin', {}, [{ kind: 'edit', path: '/etc/nologin', before: nologin, after: undefined }])],
      },
    ),
  ]
}

/** Getting in is half of it: somebody must be able to become root. */
function sudoFinding({ people }: AccessFacts): TaskFinding[] {
  const inside = people.filter(isOpen)
  if (inside.length === 0 || inside.some((person) => person.canBecomeRoot)) return []
  return [findingOf('sudo', 'warning', 'sudo-nobody', { users: inside.map(({ account }) => account.user).join(', ') })]
}
