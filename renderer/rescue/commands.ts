/** Commands that two clicks may send twice. What they ask for is then done already, which is no fault to report. */
import { api, attempt } from '../api.js'
import { showError } from '../ui/notify.js'

export async function onceOnly(command: Promise<unknown>) {
  const done = await attempt(command)
  if (!done.ok && done.error.code !== 'wrong-state' && done.error.code !== 'not-found') showError(done.error)
}

export const leaveRescue = (id: string) => onceOnly(api.intervention.leave({ id }))
export const restoreNow = (id: string) => onceOnly(api.intervention.restoreNow({ id }))
