/** When a third key is an alarm, and when it is only the rescue key after its end date: pure. */
import type { HostKeyInfo } from '../../shared/host-key.js'
import type { Intervention } from '../../shared/intervention.js'
import { isOpenIntervention } from '../tabs/tab-label.js'

/** `expired`: the very key that was accepted, after its end date. It is asked about anew, but nobody new stands there. */
export type AlarmKind = 'third' | 'expired'

export const alarmKind = ({ rescueKey }: Pick<Intervention, 'rescueKey'>, shown: HostKeyInfo): AlarmKind =>
  shown.fingerprint === rescueKey.fingerprint ? 'expired' : 'third'

/** A question about a third key that asking the server again would answer: the intervention ended, or the key was accepted meanwhile. */
export function isStale(intervention: Intervention | undefined, shown: HostKeyInfo, now: Date): boolean {
  if (!intervention || !isOpenIntervention(intervention)) return true
  const { state, thirdKey, rescueKey, expiresAt } = intervention
  return state === 'active' && !thirdKey && rescueKey.fingerprint === shown.fingerprint && new Date(expiresAt) > now
}
