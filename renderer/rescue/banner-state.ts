/** What the one line above the window says: pure. A third key goes before everything, then who waits for a decision. */
import type { Intervention } from '../../shared/intervention.js'
import { isOpenIntervention } from '../tabs/tab-label.js'

export type BannerState =
  | { kind: 'none' }
  | { kind: 'alarm'; intervention: Intervention }
  | { kind: 'several'; lines: number; servers: number; since: string }
  | { kind: 'one'; intervention: Intervention; canLeave: boolean; mustDecide: boolean }

export function bannerState(interventions: readonly Intervention[]): BannerState {
  const open = interventions.filter(isOpenIntervention).toSorted((a, b) => a.since.localeCompare(b.since))
  const [first] = open
  if (!first) return { kind: 'none' }
  const alarm = open.find((one) => one.thirdKey && one.thirdKey.fingerprint !== one.rescueKey.fingerprint)
  if (alarm) return { kind: 'alarm', intervention: alarm }
  if (open.length > 1) {
    return { kind: 'several', lines: open.reduce((sum, one) => sum + one.setAside, 0), servers: open.length, since: first.since }
  }
  const mustDecide = first.state === 'needs-attention'
  return { kind: 'one', intervention: first, mustDecide, canLeave: first.state === 'active' && first.watch?.purpose !== 'leaving' }
}
