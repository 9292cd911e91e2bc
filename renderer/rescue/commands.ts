/** Commands that two clicks may send twice. What they ask for is then done already, which is no fault to report. */
import type { Intervention } from '../../shared/intervention.js'
import { visitId } from '../../shared/visit-id.js'
import { api, attempt } from '../api.js'
import { update, windowState } from '../state.js'
import { showError } from '../ui/notify.js'
import { restoreRisk } from './restore-risk.js'
import type { ByHand, StepName } from './steps.js'

export async function onceOnly(command: Promise<unknown>) {
  const done = await attempt(command)
  if (!done.ok && done.error.code !== 'wrong-state' && done.error.code !== 'not-found') showError(done.error)
}

/**
 * The checklist begins. Practice, and a rescue nobody is signed in to, have nothing to check and unmount: there the waiting begins.
 * @param id of the intervention
 */
export function leaveRescue(id: string) {
  const { app } = windowState()
  const found = app?.interventions.find((one) => one.id === id)
  const isSignedIn = app?.sessions.some(({ interventionId, phase }) => interventionId === id && phase.kind === 'open')
  if (!found || found.practice || !isSignedIn) return onceOnly(api.intervention.leave({ id }))
  update(() => ({ panelOpen: true }))
  return onceOnly(api.visit.leave({ id: visitId(found.host, found.port) }))
}

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

export const chooseStep = (id: string, step: ByHand) => update(({ chosenSteps }) => ({ chosenSteps: { ...chosenSteps, [id]: step } }))

export const cancelRestore = () => update(() => ({ restoreAsked: undefined }))
export function confirmRestore(id: string) {
  cancelRestore()
  void onceOnly(api.intervention.restoreNow({ id }))
}
