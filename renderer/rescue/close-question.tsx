import { Button, Modal } from '@mantine/core'
import { cancelClose, confirmClose } from '../actions.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { isOpenIntervention } from '../tabs/tab-label.js'
import './pages.css'

/** Asked once when the window is closed with lines set aside. Closing loses nothing: the next start goes on from here. */
export function CloseQuestion() {
  const t = useT()
  const interventions = useAppPart((app) => app.interventions)
  const open = interventions.filter((one) => isOpenIntervention(one) && !one.practice)
  const n = open.reduce((sum, one) => sum + one.setAside, 0)
  return (
    <Modal className="rt-closing" opened onClose={cancelClose} title={t('rescue.closing.title', { n })} centered padding={20}>
      <p>{t('rescue.closing.text', { n, servers: open.map((one) => one.name).join(', ') })}</p>
      <div className="rt-row rt-closing-ways">
        <Button size="sm" variant="filled" data-autofocus onClick={cancelClose}>
          {t('rescue.closing.stay')}
        </Button>
        <Button size="sm" onClick={confirmClose}>
          {t('rescue.closing.close')}
        </Button>
      </div>
    </Modal>
  )
}
