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
      const [fstab, space, fileSystems, journal] = await Promise.all([
        fstabFindings(system, facts.files, signal),
        spaceFindings(system, facts.mounted, signal),
        fileSystemFindings(system, facts.inUse, facts.files.get('/etc/fstab'), signal),
        journalFinding(system, facts, signal),
      ])
      return [
        ...fstab,
        ...space,
        ...treeFinding(facts),
        ...kernelFindings(system, facts),
        ...loaderFindings(system, facts),
        ...targetFinding(system, facts),
        ...maskedFinding(system, facts),
        ...packageFinding(system, facts),
        ...fileSystems,
        ...journal,
      ]
    },
  }
}
