/** "Disk speed and health", the part without load: what disks, kernel and arrays say. Measuring is asked for on its own (`measure.ts`). */
import { missingTool } from '../../machine/disk-errors.js'
import { evidenceOf, findingOf } from '../build-finding.js'
import type { RepairTask, TaskFinding } from '../task.js'
import { type DiskHealth, type Health, readHealth } from './health.js'

export function createSpeedTask(): RepairTask {
  return {
    id: 'speed',
    async examine(system, signal) {
      const health = await readHealth(system, system.attached, signal)
      return [...kernelFindings(health), ...arrayFindings(health), ...health.disks.map(smartFinding)]
    },
  }
}

const log = (lines: readonly string[]) => [evidenceOf('dmesg', lines.slice(-30).join('\n'))]

function kernelFindings({ kernel }: Health): TaskFinding[] {
  if (!kernel) return [findingOf('kernel-log', 'unknown', 'speed-log-unread')]
  const { io, link, memory } = kernel
  return [
    io.length > 0
      ? findingOf('io', 'fault', 'speed-io-errors', { n: io.length }, { evidence: log(io) })
      : findingOf('io', 'fine', 'speed-io-fine'),
    ...(link.length > 0 ? [findingOf('link', 'warning', 'speed-link-errors', { n: link.length }, { evidence: log(link) })] : []),
    memory.length > 0
      ? findingOf('memory', 'fault', 'speed-memory-errors', { n: memory.length }, { evidence: log(memory) })
      : findingOf('memory', 'fine', 'speed-memory-fine'),
  ]
}

const arrayFindings = ({ arrays }: Health): TaskFinding[] =>
  arrays.map(({ name, missing, isActive, members }) =>
    isActive && missing === 0
      ? findingOf(`raid:${name}`, 'fine', 'speed-raid-fine', { name })
      : findingOf(`raid:${name}`, 'fault', 'speed-raid-degraded', { name, missing, members: members.join(', ') }),
  )

function smartFinding({ disk, smart }: DiskHealth): TaskFinding {
  const id = `smart:${disk}`
  switch (smart.kind) {
    case 'none':
      return findingOf(id, 'unknown', 'speed-smart-none', { disk })
    case 'no-tool':
      return findingOf(id, 'unknown', 'speed-smart-no-tool', { disk, command: String(missingTool('smartctl').data.command) })
    case 'unread':
      return findingOf(id, 'unknown', 'speed-smart-unread', { disk })
  }
  const evidence = [evidenceOf(`smartctl -a ${disk}`, [smart.model, ...smart.values].filter(Boolean).join('\n'))]
  if (smart.kind === 'fine') return findingOf(id, 'fine', 'speed-smart-fine', { disk }, { evidence })
  return smart.kind === 'failing'
    ? findingOf(id, 'fault', 'speed-smart-failing', { disk }, { evidence })
    : findingOf(id, 'warning', 'speed-smart-worn', { disk, values: smart.values.slice(1).join(', ') }, { evidence })
}
