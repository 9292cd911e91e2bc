/** "System does not boot": space, fstab, file systems, kernel, boot loader, packages, and what the last start said. */
import { AppError } from '../../../shared/errors.js'
import { findingOf } from '../build-finding.js'
import type { RepairTask, TaskFinding } from '../task.js'
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
        orUnknown('fstab', fstabFindings(system, facts.files, signal)),
        orUnknown('space', spaceFindings(system, facts.mounted, signal)),
        orUnknown('file-systems', fileSystemFindings(system, facts.inUse, facts.files.get('/etc/fstab'), signal)),
        orUnknown('journal', journalFinding(system, facts, signal)),
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

/** A part that is too slow costs no other its findings. */
const orUnknown = (part: string, findings: Promise<TaskFinding[]>): Promise<TaskFinding[]> =>
  findings.catch((error: unknown) => {
    if (!(error instanceof AppError && (error.code === 'timeout' || error.code === 'command-failed'))) throw error
    return [findingOf(part, 'unknown', 'part-unread', { part })]
  })
