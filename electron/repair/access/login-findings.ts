/** Who gets in over SSH at the next start, and what to do for those who do not. */
import { AppError } from '../../../shared/errors.js'
import { editable, evidenceOf, findingOf, proposalOf, wordsOf } from '../build-finding.js'
import type { PlannedProposal, TaskFinding } from '../task.js'
import { isOpen } from './account-findings.js'
import { addKeySteps } from './authorized-keys.js'
import type { AccessFacts, Person } from './facts.js'
import type { Obstacle } from './login.js'
import { passwordProposal, toolChange } from './password-steps.js'
import { decidingLine } from './sshd-config.js'
import { allowUserSteps, settingSteps } from './sshd-steps.js'

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
  return findingOf('way-in', 'fault', 'no-way-in', { n: people.length }, { evidence, proposals, keepsOut: true })
}

const names = (people: readonly Person[]) => people.map(({ account }) => account.user).join(', ')

/** The lines that decide, as the files have them. */
function sshdEvidence({ sshd }: AccessFacts, keywords: readonly string[]) {
  return keywords.flatMap((keyword) => {
    const line = decidingLine(sshd.lines, keyword)
    return line ? [evidenceOf(line.file, line.text, line.line)] : []
  })
}

const matchEvidence = ({ sshd }: AccessFacts) =>
  sshd.lines
    .filter(({ match }) => match !== undefined)
    .map(({ file, line, text, match }) => evidenceOf(file, `Match ${match}: ${text}`, line))

// Each has a finding of its own.
const saidElsewhere: readonly (Obstacle | 'open')[] = [
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
  if (ways.password === 'root-password-off' || ways.password === 'passwords-off') {
    const evidence = sshdEvidence(
      facts,
      isRoot
        ? ['permitrootlogin', 'passwordauthentication', 'kbdinteractiveauthentication']
        : ['passwordauthentication', 'kbdinteractiveauthentication'],
    )
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
    return [
      findingOf(
        id,
        state,
        'ssh-root-off',
        {},
        { evidence: sshdEvidence(facts, ['permitrootlogin']), proposals: [...allowPassword(facts, person), ...allowRootKeys(facts)] },
      ),
    ]
  }
  if (ways.password === 'not-allowed') {
    const evidence = sshdEvidence(facts, ['denyusers', 'allowusers', 'denygroups', 'allowgroups'])
    return [findingOf(id, state, 'ssh-not-allowed', { user }, { evidence, proposals: allow(facts, person) })]
  }
  if (ways.password === 'more-asked' || ways.key === 'more-asked') {
    const methods = settings.methods.map((list) => list.join(',')).join(' ')
    return [findingOf(id, state, 'ssh-more-asked', { user, methods }, { evidence: sshdEvidence(facts, ['authenticationmethods']) })]
  }
  if (!isRoot || saidElsewhere.includes(ways.password) || ways.key === 'keys-unsafe') return []
  return [findingOf(id, state, 'ssh-root-nothing', {}, { proposals: addKey(facts, person) })]
}

const needed = (person: Person): Record<string, string> => ({
  ...(person.account.uid === 0 ? { PermitRootLogin: 'yes' } : {}),
  ...(person.settings.passwords ? {} : { PasswordAuthentication: 'yes' }),
})

function allowPassword(facts: AccessFacts, person: Person): PlannedProposal[] {
  const steps = settingSteps(facts.sshd, facts.selinux, needed(person))
  return steps && person.account.password.kind === 'set'
    ? editable([proposalOf('allow-password-login', { user: person.account.user }, steps, { undo: [] })])
    : []
}

function allowRootKeys(facts: AccessFacts): PlannedProposal[] {
  const steps = settingSteps(facts.sshd, facts.selinux, { PermitRootLogin: 'prohibit-password' })
  return steps ? editable([proposalOf('allow-root-keys', {}, steps, { undo: [] })]) : []
}

/** A new password for root, and sshd that takes it: both are needed where nobody gets in. */
function letIn(facts: AccessFacts, root: Person): PlannedProposal[] {
  const wanted = needed(root)
  const steps = root.settings.permitRootLogin === 'yes' && root.settings.passwords ? [] : settingSteps(facts.sshd, facts.selinux, wanted)
  return steps ? [passwordProposal(facts, 'let-root-in', root.account.user, steps)] : []
}

function allow(facts: AccessFacts, { account, settings }: Person): PlannedProposal[] {
  const { user, groups } = account
  const steps = allowUserSteps(facts.sshd, user)
  if (steps) return editable([proposalOf('allow-user', { user }, steps)])
  const group = settings.allowGroups.find((name) => /^[\w.-]+$/.test(name))
  if (!group || groups.includes(group)) return []
  const root = facts.system.root
  const change = toolChange(
    facts,
    ['usermod', '-R', root, '-a', '-G', group, user],
    ['gpasswd', '-Q', root, '-d', user, group],
    ['/etc/group', '/etc/gshadow'],
  )
  return [proposalOf('allow-user-group', { user, group }, change.steps, { undo: change.undo })]
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
