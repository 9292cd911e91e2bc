/** What takes the centre of a tab while its intervention needs the eye: alarm, decision, waiting for the own key, back to normal. */
import type { Intervention } from '../../shared/intervention.js'
import { hideInterventionPage } from '../actions.js'
import { api, call } from '../api.js'
import { useExpectation } from '../host-key/compare-field.js'
import { pageKind } from '../tabs/tab-label.js'
import { TabDialog } from '../ui/tab-dialog.js'
import { AlarmPage } from './alarm-page.js'
import { AttentionPage } from './attention-page.js'
import './pages.css'
import { SummaryPage } from './summary-page.js'
import { WaitingPage } from './waiting-page.js'

export function InterventionPage({ intervention }: { intervention: Intervention }) {
  switch (pageKind(intervention)) {
    case 'alarm':
      return <Alarm key={intervention.thirdKey?.fingerprint} intervention={intervention} />
    case 'attention':
      return <AttentionPage intervention={intervention} />
    case 'leaving':
      return <WaitingPage intervention={intervention} />
    case 'summary':
      return <SummaryPage intervention={intervention} />
    case undefined:
      return null
  }
}

/** The watch saw a third key: the same question as in a connection, without one. */
function Alarm({ intervention }: { intervention: Intervention }) {
  const { id, thirdKey } = intervention
  const expectation = useExpectation((text) => api.intervention.compareThirdKey({ id, text }))
  if (!thirdKey) return null
  const { fingerprint } = thirdKey
  const stay = () => hideInterventionPage(id)
  return (
    <div className="rt-fill rt-alarm-behind">
      <TabDialog alarm width={860} onEscape={stay}>
        {(titleId) => (
          <AlarmPage
            intervention={intervention}
            shown={thirdKey}
            titleId={titleId}
            expectation={expectation}
            onAccept={() => call(api.intervention.acceptThirdKey({ id, fingerprint }))}
            onStay={stay}
          />
        )}
      </TabDialog>
    </div>
  )
}
