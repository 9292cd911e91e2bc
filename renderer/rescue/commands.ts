/** Commands that two clicks may send twice. What they ask for is then done already, which is no fault to report. */
import type { Intervention } from '../../shared/intervention.js'
import { api, attempt } from '../api.js'
import { update } from '../state.js'
import { showError } from '../ui/notify.js'
import { restoreRisk } from './restore-risk.js'
import type { StepName } from './steps.js'

export async function onceOnly(command: Promise<unknown>) {
  const done = await attempt(command)
  if (!done.ok && done.error.code !== 'wrong-state' && done.error.code !== 'not-found') showError(done.error)
}

export const leaveRescue = (id: string) => onceOnly(api.intervention.leave({ id }))

/** At once when nothing speaks against it, else after the question (restore-question.tsx). */
export function restoreNow(intervention: Intervention) {
  const { id } = intervention
  if (restoreRisk(intervention)) update(() => ({ restoreAsked: id }))
  else void onceOnly(api.intervention.restoreNow({ id }))
}
/** The person went on from this step, or it was seen to be done. */
export const tickStep = (id: string, step: StepName) =>
  update(({ ticked }) => {
    const before = ticked[id] ?? []
    return before.includes(step) ? {} : { ticked: { ...ticked, [id]: [...before, step] } }
  })

export const cancelRestore = () => update(() => ({ restoreAsked: undefined }))
export function confirmRestore(id: string) {
  cancelRestore()
  void onceOnly(api.intervention.restoreNow({ id }))
}
