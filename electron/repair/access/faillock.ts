/** Accounts shut after wrong passwords (pam_faillock): counted in /run and so forgotten at a start, unless faillock.conf keeps them. */
import type { DirectoryEntry } from '../../machine/system-files.js'
import { evidenceOf, findingOf, proposalOf } from '../build-finding.js'
import type { TaskFinding } from '../task.js'
import type { AccessFacts } from './facts.js'

// struct tally of faillock.h: source[52], reserved, status (16 bits each), time (64 bits).
const RECORD = 64
const STATUS = 54
const VALID = 1

export async function faillockFindings({ system, people }: AccessFacts): Promise<TaskFinding[]> {
  const config = (await system.files.text('/etc/security/faillock.conf')) ?? ''
  const value = (name: string) => new RegExp(`^\\s*${name}\\s*=\\s*(\\S+)`, 'm').exec(config)?.[1]
  const folder = value('dir')
  if (!folder?.startsWith('/') || /^(\/var)?\/run\//.test(folder)) return []
  const deny = Number(value('deny') ?? 3)
  const entries: DirectoryEntry[] = await system.files.list(folder)
  const shutsRoot = /^\s*(even_deny_root|root_unlock_time)\b/m.test(config)
  const users = people
    .filter(({ account }) => account.uid !== 0 || shutsRoot)
    .map(({ account }) => account.user)
    .filter((user) => entries.some(({ name }) => name === user))
  const files = await system.files.read(users.map((user) => `${folder}/${user}`))
  return files.flatMap((file, index) => {
    const failures = file.kind === 'file' ? countFailures(file.bytes) : 0
    // `deny = 0` shuts nobody out (faillock.conf(5)).
    if (!(deny > 0) || failures < deny) return []
    const user = users[index]!
    const words = system.inSystem(['faillock', '--dir', folder, '--user', user, '--reset'])
    return [
      findingOf(
        `faillock:${user}`,
        'warning',
        'faillock',
        { user, n: failures },
        {
          evidence: [evidenceOf('/etc/security/faillock.conf', `dir = ${folder}, deny = ${deny}`)],
          proposals: [proposalOf('reset-faillock', { user }, [{ kind: 'run', words, risk: 'writes' }])],
        },
      ),
    ]
  })
}

export function countFailures(bytes: Buffer): number {
  let count = 0
  for (let at = 0; at + RECORD <= bytes.length; at += RECORD) if ((bytes.readUInt16LE(at + STATUS) & VALID) !== 0) count++
  return count
}
