import { Button, Modal } from '@mantine/core'
import { useEffect } from 'react'
import { useT } from '../i18n.js'
import { useIntervention, useWindow } from '../state.js'
import { nameOf } from '../tabs/tab-label.js'
import { cancelRestore, confirmRestore } from './commands.js'
import './pages.css'
import { restoreRisk } from './restore-risk.js'

/** Asked before lines go back by hand while the server's own key does not answer. It goes away when the answer makes it pointless. */
export function RestoreQuestion() {
  const t = useT()
  const id = useWindow((state) => state.restoreAsked)
  const intervention = useIntervention(id)
  const risk = intervention && restoreRisk(intervention)
  const isPointless = id !== undefined && risk === undefined
  useEffect(() => {
    if (isPointless) cancelRestore()
  }, [isPointless])
  if (!intervention || !risk) return null
  const values = { n: intervention.setAside, server: nameOf(intervention, t) }
  return (
    <Modal className="rt-closing" opened onClose={cancelRestore} title={t('rescue.restore.title', values)} centered padding={20}>
      <p>{t(`rescue.restore.${risk}`, values)}</p>
      <div className="rt-row rt-closing-ways">
        <Button size="sm" variant="filled" data-autofocus onClick={cancelRestore}>
          {t('rescue.restore.keep', values)}
        </Button>
        <Button size="sm" onClick={() => confirmRestore(intervention.id)}>
          {t('rescue.banner.restore', values)}
        </Button>
      </div>
    </Modal>
  )
}
