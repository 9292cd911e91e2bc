import { Button, Modal } from '@mantine/core'
import { showName } from '../../shared/file-names.js'
import { cancelClose, confirmClose } from '../actions.js'
import { isUnsaved, useFilesState } from '../files/store.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { isOpenIntervention } from '../tabs/tab-label.js'
import './pages.css'

/** Asked once when the window is closed with lines set aside or unsaved edits. Closing loses nothing: the next start goes on from here. */
export function CloseQuestion() {
  const t = useT()
  const interventions = useAppPart((app) => app.interventions)
  const open = interventions.filter((one) => isOpenIntervention(one) && !one.practice)
  const n = open.reduce((sum, one) => sum + one.setAside, 0)
  const edits = useFilesState().edits.filter(isUnsaved)
  const title = open.length > 0 ? t('rescue.closing.title', { n }) : t('files.edit.closingTitle', { n: edits.length })
  return (
    <Modal className="rt-closing" opened onClose={cancelClose} title={title} centered padding={20}>
      {open.length > 0 && <p>{t('rescue.closing.text', { n, servers: open.map((one) => one.name).join(', ') })}</p>}
      {edits.length > 0 && <p>{t('files.edit.closingText', { paths: edits.map(({ path }) => showName(path)).join(', ') })}</p>}
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
