import { Button } from '@mantine/core'
import { useEffect } from 'react'
import { closeTab, openTarget, targetOf } from '../actions.js'
import { useT } from '../i18n.js'
import { leaveRescue, restoreNow } from '../rescue/commands.js'
import { InterventionPage } from '../rescue/intervention-page.js'
import { useIntervention, useWindow } from '../state.js'
import { useFormat } from '../ui/format.js'
import { RescueGlyph } from '../ui/glyphs.js'
import { Rich } from '../ui/rich.js'
import { hasPage, isOpenIntervention, nameOf } from './tab-label.js'

/** A server with lines set aside and no terminal: what the next start opens on. */
export function RescuePage({ tabKey, interventionId }: { tabKey: string; interventionId: string }) {
  const t = useT()
  const format = useFormat()
  const intervention = useIntervention(interventionId)
  const hidden = useWindow((state) => state.hiddenPages)
  const page = hasPage(intervention, hidden)
  const over = !intervention || (!isOpenIntervention(intervention) && !page)
  useEffect(() => {
    if (over) closeTab(tabKey)
  }, [over, tabKey])
  if (!intervention || over) return null
  if (page) return <InterventionPage intervention={intervention} />
  const { id, setAside, since } = intervention
  return (
    <div className="rt-page">
      <h1 className="rt-row">
        <RescueGlyph size={20} />
        {t('common.waiting.title', { name: nameOf(intervention, t) })}
      </h1>
      <p className="rt-dim" style={{ marginTop: 4, maxWidth: 560 }}>
        <Rich text="common.waiting.lines" values={{ n: setAside, time: format.time(since) }} />
      </p>
      <div className="rt-row" style={{ marginTop: 20 }}>
        <Button size="sm" variant="filled" data-autofocus onClick={() => void openTarget(targetOf(intervention), { inTab: tabKey })}>
          {t('common.waiting.connect')}
        </Button>
        <Button size="sm" onClick={() => void leaveRescue(id)}>
          {t('common.waiting.leave')}
        </Button>
        <Button size="sm" onClick={() => restoreNow(intervention)}>
          {t('rescue.banner.restore', { n: setAside })}
        </Button>
      </div>
    </div>
  )
}
