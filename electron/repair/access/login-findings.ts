/** Who gets in over SSH at the next start, and what to do for those who do not. */
import { AppError } from '../../../shared/errors.js'
import { editable, evidenceOf, findingOf, proposalOf, wordsOf } from '../build-finding.js'
import type { PlannedProposal, TaskFinding } from '../task.js'
import { isOpen } from './account-findings.js'
import { type Account, expiryOf } from './accounts.js'
import { addKeySteps } from './authorized-keys.js'
import type { AccessFacts, Person } from './facts.js'
import { allowsGroups, allowsUser, type Ways, waysIn } from './login.js'
import { passwordProposal, shadowChange, toolChange } from './password-steps.js'
import { decidingLine, type SshdSettings, type SshdUser } from './sshd-config.js'
import { editSteps, withSettings, withUser } from './sshd-steps.js'

export function loginFindings(facts: AccessFacts): TaskFinding[] {
  return [wayIn(facts), ...facts.people.flatMap((person) => userFinding(facts, person))]
}

function wayIn(facts: AccessFacts): TaskFinding {
  const { people, sshd } = facts
  const inside = people.filter(isOpen)
  const sure = inside.filter(({ ways }) => !ways.unsure)
  const evidence = sshdEvidence(facts, [
    'permitrootlogin',
    'passwordauthentication',
    'kbdinteractiveauthentication',
    'allowusers',
    'allowgroups',
    'denyusers',
    'authorizedkeyscommand',
    'trustedusercakeys',
  ])
  if (sure.length > 0 && sshd.certain) return findingOf('way-in', 'fine', 'way-in', { users: names(sure) }, { evidence })
  const root = people.find(({ account }) => account.uid === 0)
  const proposals = [...addKey(facts), ...(root ? letIn(facts, root) : [])]
  if (inside.length > 0 || !sshd.certain)
    return findingOf(
      'way-in',
      'unknown',
      'way-in-unsure',
      { n: inside.length },
      { evidence: [...evidence, ...matchEvidence(facts)], proposals },
    )
  // Whoever comes that way may have an account elsewhere, too.
  const other = people.find(({ settings }) => settings.publicKeys && settings.otherKeys !== undefined)
  if (other) return findingOf('way-in', 'unknown', 'way-in-elsewhere', { setting: other.settings.otherKeys! }, { evidence, proposals })
  return findingOf('way-in', 'fault', 'no-way-in', { n: people.length }, { evidence, proposals, keepsOut: true })
}

const names = (people: readonly Person[]) => people.map(({ account }) => account.user).join(', ')

/** The lines that decide, for one user or outside of Match blocks, as the files have them. */
function sshdEvidence({ sshd }: AccessFacts, keywords: readonly string[], user?: SshdUser) {
  return keywords.flatMap((keyword) => {
    const line = decidingLine(sshd.lines, keyword, user)
    return line ? [evidenceOf(line.file, line.text, line.line)] : []
  })
}

const matchEvidence = ({ sshd }: AccessFacts) =>
  sshd.lines
    .filter(({ match }) => match !== undefined)
    .map(({ file, line, text, match }) => evidenceOf(file, `Match ${match}: ${text}`, line))

// Each has a finding of its own.
const saidElsewhere: readonly Ways['password'][] = [
  'account-expired',
  'password-lapsed',
  'password-expired',
  'must-change',
  'no-shell',
  'nologin-file',
  'keys-unsafe',
]

function userFinding(facts: AccessFacts, person: Person): TaskFinding[] {
  const { account, ways, settings } = person
  const { user } = account
  const isRoot = account.uid === 0
  const id = `ssh:${user}`
  if (isOpen(person)) {
    const how = ways.password === 'open' ? (ways.key === 'open' ? 'both' : 'password') : 'key'
    return [findingOf(id, 'fine', 'ssh-in', { user, how, keys: person.keys.usable }, { proposals: addKey(facts, person) })]
  }
  const others = facts.people.some((one) => one !== person && one.canBecomeRoot && isOpen(one))
  const state = others ? 'fine' : 'warning'
  const lines = (...keywords: string[]) => sshdEvidence(facts, keywords, account)
  if (ways.key === 'unsure') {
    const evidence = lines('authorizedkeyscommand', 'trustedusercakeys')
    const proposals = [...allowPassword(facts, person), ...addKey(facts, person)]
    return [findingOf(id, others ? 'fine' : 'unknown', 'ssh-elsewhere', { user, setting: settings.otherKeys! }, { evidence, proposals })]
  }
  if (ways.password === 'root-password-off' || ways.password === 'passwords-off') {
    const evidence = lines(...(isRoot ? ['permitrootlogin'] : []), 'passwordauthentication', 'kbdinteractiveauthentication')
    const proposals = [...allowPassword(facts, person), ...addKey(facts, person)]
    return [
      findingOf(
        id,
        isRoot ? 'warning' : state,
        'ssh-console-only',
        { user, rule: ways.password === 'passwords-off' ? 'all' : 'root' },
        { evidence, proposals },
      ),
    ]
  }
  if (ways.password === 'root-off') {
    const proposals = [...allowPassword(facts, person), ...allowRootKeys(facts, person)]
    return [findingOf(id, state, 'ssh-root-off', {}, { evidence: lines('permitrootlogin'), proposals })]
  }
  if (ways.password === 'not-allowed') {
    const evidence = lines('denyusers', 'allowusers', 'denygroups', 'allowgroups')
    return [findingOf(id, state, 'ssh-not-allowed', { user }, { evidence, proposals: allow(facts, person) })]
  }
  if (ways.password === 'more-asked' || ways.key === 'more-asked') {
    const methods = settings.methods.map((list) => list.join(',')).join(' ')
    return [findingOf(id, state, 'ssh-more-asked', { user, methods }, { evidence: lines('authenticationmethods') })]
  }
  if (ways.key === 'locked') {
    // A hash after the `!` is for the finding of the password.
    const { steps, ...rest } = shadowChange(facts, ['usermod', '-R', facts.system.root, '-p', '*', user])
    const proposals = account.password.kind === 'none' ? [proposalOf('open-for-keys', { user }, steps, rest)] : []
    return [findingOf(id, state, 'ssh-locked', { user }, { evidence: lines('usepam'), proposals })]
  }
  if (!isRoot || saidElsewhere.includes(ways.password) || ways.key === 'keys-unsafe') return []
  return [findingOf(id, state, 'ssh-root-nothing', {}, { proposals: addKey(facts, person) })]
}

/** How a person would get in after a change; what it would not change stays an obstacle. */
const waysAfter = (facts: AccessFacts, person: Person, changed: { account?: Partial<Account>; settings?: Partial<SshdSettings> }) => {
  const account = { ...person.account, ...changed.account }
  return waysIn({
    ...person,
    account,
    settings: { ...person.settings, ...changed.settings },
    expiry: expiryOf(account, facts.today),
    nologinFile: facts.nologin !== undefined,
  })
}

/** What sshd must be told to take a person's password. */
function passwordSettings({ account, settings }: Person) {
  const wanted: Record<string, string> = {
    ...(account.uid === 0 && settings.permitRootLogin !== 'yes' ? { PermitRootLogin: 'yes' } : {}),
    ...(settings.passwords ? {} : { PasswordAuthentication: 'yes' }),
  }
  return { wanted, settings: { passwords: true, ...(account.uid === 0 ? { permitRootLogin: 'yes' as const } : {}) } }
}

function allowPassword(facts: AccessFacts, person: Person): PlannedProposal[] {
  const { sshd, selinux } = facts
  const { wanted, settings } = passwordSettings(person)
  const files = withSettings(sshd.files, sshd.hasDropIns, person.account, wanted)
  if (!files || waysAfter(facts, person, { settings }).password !== 'open') return []
  const steps = editSteps(sshd.files, files, selinux)
  return editable([proposalOf('allow-password-login', { user: person.account.user }, steps, { undo: [] })])
}

function allowRootKeys({ sshd, selinux }: AccessFacts, { account }: Person): PlannedProposal[] {
  const files = withSettings(sshd.files, sshd.hasDropIns, account, { PermitRootLogin: 'prohibit-password' })
  return files ? editable([proposalOf('allow-root-keys', {}, editSteps(sshd.files, files, selinux), { undo: [] })]) : []
}

/** A new password for root, and sshd that takes it and lets root in: all are needed where nobody gets in. */
function letIn(facts: AccessFacts, root: Person): PlannedProposal[] {
  const { sshd, selinux } = facts
  const { wanted, settings } = passwordSettings(root)
  const lists = throughLists(facts, root)
  const files = lists && withSettings(lists.files, sshd.hasDropIns, root.account, wanted)
  const account = { password: { kind: 'set', scheme: 'SHA-512' }, changed: facts.today, ...lists?.account } as const
  if (!files || waysAfter(facts, root, { account, settings: { ...settings, ...lists.settings } }).password !== 'open') return []
  const then = { steps: [...editSteps(sshd.files, files, selinux), ...lists.group.steps], undo: lists.group.undo }
  return [passwordProposal(facts, 'let-root-in', root.account.user, then)]
}

function allow(facts: AccessFacts, person: Person): PlannedProposal[] {
  const lists = throughLists(facts, person)
  if (!lists) return []
  const { user } = person.account
  const edits = editSteps(facts.sshd.files, lists.files, facts.selinux)
  const { name, steps, undo } = lists.group
  if (edits.length > 0) return editable([proposalOf('allow-user', { user }, [...edits, ...steps], name ? { undo } : {})])
  return name ? [proposalOf('allow-user-group', { user, group: name }, steps, { undo })] : []
}

/** What takes a person past AllowUsers, DenyUsers and AllowGroups; undefined when they would stay out. */
function throughLists(facts: AccessFacts, { account, settings }: Person) {
  const { sshd, system } = facts
  const { user } = account
  const files = allowsUser(user, settings) === 'yes' ? sshd.files : withUser(sshd.files, account)
  const name = allowsGroups(account, settings) ? undefined : settings.allowGroups.find((one) => /^[\w.-]+$/.test(one))
  const groups = name ? [...account.groups, name] : account.groups
  if (!files || !allowsGroups({ ...account, groups }, settings)) return undefined
  const group = name
    ? toolChange(
        facts,
        ['usermod', '-R', system.root, '-a', '-G', name, user],
        ['gpasswd', '-Q', system.root, '-d', user, name],
        ['/etc/group', '/etc/gshadow'],
      )
    : { steps: [], undo: [] }
  return {
    files,
    group: { name, ...group },
    account: { groups },
    settings: files === sshd.files ? {} : { allowUsers: [], denyUsers: [] },
  }
}

/** @param only its user; everybody who may have a key otherwise. */
function addKey({ system, selinux, people }: AccessFacts, only?: Person): PlannedProposal[] {
  const able = (only ? [only] : people).filter(({ settings, keys }) => settings.publicKeys && keys.files.length > 0)
  if (able.length === 0) return []
  return [
    {
      id: 'add-key',
      words: wordsOf('add-key', { user: able[0]!.account.user, n: able.length }),
      risk: 'writes',
      input: { kind: 'public-key', users: able.map(({ account }) => account.user) },
      steps(answer) {
        const person = answer.kind === 'public-key' ? able.find(({ account }) => account.user === answer.user) : undefined
        if (!person || answer.kind !== 'public-key') throw new AppError('bad-request')
        return addKeySteps(system, selinux, person.account, person.keys, answer.key)
      },
      undo: [],
    },
  ]
}
