/** Which services of the mounted system start at its next boot, asked of the rescue system's `systemctl --root`. */
import type { MountedSystem, Step } from './task.js'

/** All that any task asks about. A list of everything reads every unit file, which takes 25 s and more on a slow processor. */
const asked = [
  ...['systemd-journald.service', 'systemd-udevd.service', 'local-fs.target', 'basic.target', 'multi-user.target'],
  ...['dbus.service', 'systemd-logind.service', 'systemd-tmpfiles-setup.service'],
  ...['ssh.service', 'sshd.service', 'ssh.socket', 'sshd.socket'],
  ...['networking.service', 'network.service', 'NetworkManager.service', 'wicked.service'],
  ...['systemd-networkd.service', 'systemd-resolved.service'],
  ...['cloud-init.service', 'cloud-init-local.service', 'cloud-init-network.service'],
  ...['nftables.service', 'netfilter-persistent.service', 'iptables.service', 'ip6tables.service', 'ufw.service', 'firewalld.service'],
  ...['fail2ban.service', 'csf.service', 'crowdsec-firewall-bouncer.service'],
] as const
export type UnitName = (typeof asked)[number]

export interface Units {
  /** `enabled`, `disabled`, `masked`, `static`, `alias`, …; undefined when there is no such unit. */
  state(unit: UnitName): string | undefined
  isEnabled(unit: UnitName): boolean
}

type Answer = Units | { reason: string }

const LIST_MS = 60_000

/** @returns why it cannot be told, when it cannot. */
export async function readUnits(system: MountedSystem, signal: AbortSignal): Promise<Answer> {
  const words = ['systemctl', `--root=${system.root}`, 'list-unit-files', '--no-legend', '--plain', '--no-pager', ...asked] as const
  const { exitCode, stdout, stderr } = await system.machine.run({ words, risk: 'reads', limitMs: LIST_MS, signal })
  // Since systemd 246 also when there is none of them.
  const hasNone = exitCode === 1 && stderr.trim() === ''
  if (exitCode !== 0 && !hasNone) return { reason: stderr || `systemctl: ${exitCode}` }
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
