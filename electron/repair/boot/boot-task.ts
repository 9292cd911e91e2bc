/** "System does not boot": space, fstab, file systems, kernel, boot loader, packages, and what the last start said. */
import type { RepairTask } from '../task.js'
import { readBootFacts } from './facts.js'
import { fileSystemFindings } from './file-systems.js'
import { fstabFindings } from './fstab-findings.js'
import { journalFinding, maskedFinding, targetFinding } from './last-start.js'
import { spaceFindings } from './space.js'
import { kernelFindings, loaderFindings, packageFinding, treeFinding } from './start-findings.js'

export function createBootTask(): RepairTask {
  return {
    id: 'boot',
    async examine(system, signal) {
      const facts = await readBootFacts(system, signal)
      const fstab = facts.files.get('/etc/fstab')
      return [
        ...(await fstabFindings(system, facts.files, signal)),
        ...(await spaceFindings(system, facts.mounted, signal)),
        ...treeFinding(facts),
        ...kernelFindings(system, facts),
        ...loaderFindings(system, facts),
        ...targetFinding(system, facts),
        ...maskedFinding(system, facts),
        ...packageFinding(system, facts),
        ...(await fileSystemFindings(system, facts.inUse, fstab, signal)),
        ...(await journalFinding(system, facts, signal)),
      ]
    },
  }
}
