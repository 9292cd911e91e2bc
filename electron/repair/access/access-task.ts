/** "Root password and access": the accounts, sshd, and whether the two together let somebody in at the next start. */
import type { Clock } from '../../clock.js'
import { findingOf } from '../build-finding.js'
import type { RepairTask } from '../task.js'
import { accountFindings } from './account-findings.js'
import { readAccess } from './facts.js'
import { faillockFindings } from './faillock.js'
import { loginFindings } from './login-findings.js'
import { sshdFindings } from './sshd-findings.js'

export function createAccessTask(clock: Clock): RepairTask {
  return {
    id: 'access',
    async examine(system, signal) {
      const facts = await readAccess(system, clock.now(), signal)
      if ('missing' in facts) return [findingOf('accounts', 'unknown', 'accounts-unreadable', { path: facts.missing })]
      const [faillock, sshd] = await Promise.all([faillockFindings(facts), sshdFindings(facts)])
      return [...loginFindings(facts), ...accountFindings(facts), ...faillock, ...sshd]
    },
  }
}
