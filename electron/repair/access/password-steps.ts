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

type Tool = readonly [string, ...string[]]

const run = (words: Tool, stdin?: string): Step => ({
  kind: 'run',
  words,
  risk: 'writes',
  ...(stdin === undefined ? {} : { stdin, asks: 'password' }),
})

/** A change of shadow, taken back as a whole by its copy. @param stdin has the password. */
export function shadowChange({ system, selinux, shadow }: AccessFacts, tool: Tool, stdin?: string) {
  const { path, bytes } = shadow
  // Named by its content: an undo puts back exactly what stood here before this change.
  const copy = `/root/rescueterm/shadow-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`
  return {
    steps: [
      run(['install', '-D', '-m', '0600', '--', system.root + path, copy]),
      run(tool, stdin),
      ...selinux.relabel(['/etc/passwd', '/etc/shadow']),
    ],
    undo: [],
    rewrites: { path, copy },
  }
}

/** A change that a tool makes and another takes back. @param paths what both write anew. */
export function toolChange({ selinux }: AccessFacts, tool: Tool, back: Tool, paths: readonly string[]) {
  const labels = selinux.relabel(paths)
  return { steps: [run(tool), ...labels], undo: [run(back), ...labels] }
}

/** @param then what follows the new password. */
export function passwordProposal(
  facts: AccessFacts,
  code: string,
  user: string,
  then: { steps: Step[]; undo: Step[] } = { steps: [], undo: [] },
): PlannedProposal {
  // SHA-512 crypt: every system knows it, and the tool leaves PAM, whose modules may not fit the rescue system's, alone.
  const change = (password: string) => shadowChange(facts, ['chpasswd', '-R', facts.system.root, '-c', 'SHA512'], `${user}:${password}\n`)
  return {
    id: code,
    words: wordsOf(code, { user }),
    risk: 'writes',
    input: { kind: 'password', user },
    steps(answer: ProposalAnswer) {
      if (answer.kind !== 'password' || /[\r\n\0]/.test(answer.password)) throw new AppError('bad-request')
      return [...change(answer.password).steps, ...then.steps]
    },
    undo: then.undo,
    rewrites: change('').rewrites,
  }
}
