/**
 * Changes of accounts, by the rescue system's own tools with `-R`: they need no program of the system and no terminal. The password
 * file is copied first, to the rescue system's disk: that vanishes, and no second copy of the hashes stays on the customer's.
 */
import { createHash } from 'node:crypto'
import { AppError } from '../../../shared/errors.js'
import type { ProposalAnswer } from '../../../shared/repair.js'
import { wordsOf } from '../build-finding.js'
import type { PlannedProposal, Step } from '../task.js'
import type { AccessFacts } from './facts.js'

type Tool = [string, ...string[]]

/** A change of passwd and shadow; taken back as a whole by the copy of shadow, or by `back`. */
export function accountChange(facts: AccessFacts, tool: Tool, rest: { stdin?: string; back?: Tool } = {}): { steps: Step[]; undo: Step[] } {
  const { system, selinux, shadow } = facts
  const file = system.root + shadow.path
  // Named by its content: an undo puts back exactly what stood here before this change.
  const copy = `/root/rescueterm/shadow-${createHash('sha256').update(shadow.bytes).digest('hex').slice(0, 12)}`
  const run = (words: Tool): Step => ({ kind: 'run', words, risk: 'writes' })
  const labels = selinux.relabel(['/etc/passwd', '/etc/shadow'])
  return {
    steps: [
      run(['install', '-D', '-m', '0600', '--', file, copy]),
      rest.stdin === undefined ? run(tool) : { kind: 'run', words: tool, risk: 'writes', stdin: rest.stdin, asks: 'password' },
      ...labels,
    ],
    undo: rest.back ? [run(rest.back), ...labels] : [run(['cp', '--', copy, file])],
  }
}

/** SHA-512 crypt: every system knows it, and the tool leaves PAM, whose modules may not fit the rescue system's, alone. */
export function newPassword(facts: AccessFacts, user: string, password: string) {
  if (/[\r\n\0]/.test(password)) throw new AppError('bad-request')
  return accountChange(facts, ['chpasswd', '-R', facts.system.root, '-c', 'SHA512'], { stdin: `${user}:${password}\n` })
}

/** @param then steps after the new password. */
export function passwordProposal(facts: AccessFacts, code: string, user: string, then: Step[] = []): PlannedProposal {
  return {
    id: code,
    words: wordsOf(code, { user }),
    risk: 'writes',
    input: { kind: 'password', user },
    steps(answer: ProposalAnswer) {
      if (answer.kind !== 'password') throw new AppError('bad-request')
      return [...newPassword(facts, user, answer.password).steps, ...then]
    },
    undo: newPassword(facts, user, '').undo,
  }
}
