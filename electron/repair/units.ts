/** Which services of the mounted system start at its next boot, asked of the rescue system's `systemctl --root`. */
import type { MountedSystem, Step } from './task.js'

export interface Units {
  /** `enabled`, `disabled`, `masked`, `static`, `alias`, …; undefined when there is no such unit. */
  state(unit: string): string | undefined
  isEnabled(unit: string): boolean
}

type Answer = Units | { reason: string }

// It reads every unit file: 25 s and more on a slow processor, beside three other commands.
const LIST_MS = 90_000

/** @returns why it cannot be told, when it cannot. */
export async function readUnits(system: MountedSystem, signal: AbortSignal): Promise<Answer> {
  const words = ['systemctl', `--root=${system.root}`, 'list-unit-files', '--no-legend', '--plain', '--no-pager'] as const
  const { exitCode, stdout, stderr } = await system.machine.run({ words, risk: 'reads', limitMs: LIST_MS, signal })
  if (exitCode !== 0) return { reason: stderr || `systemctl: ${exitCode}` }
  return unitsOf(stdout.toString('utf8'))
}

/** Lines of `UNIT STATE [PRESET]`. Pure. */
export function unitsOf(output: string): Units {
  const states = new Map<string, string>()
  for (const line of output.split('\n')) {
    const [unit, state] = line.trim().split(/\s+/)
    if (unit && state) states.set(unit, state)
  }
  return {
    state: (unit) => states.get(unit),
    isEnabled: (unit) => /^enabled/.test(states.get(unit) ?? ''),
  }
}

export const unitStep = (system: MountedSystem, verb: 'enable' | 'disable' | 'unmask' | 'mask', units: readonly string[]): Step => ({
  kind: 'run',
  words: ['systemctl', `--root=${system.root}`, verb, ...units],
  risk: 'writes',
})
