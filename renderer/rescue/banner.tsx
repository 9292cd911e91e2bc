import { UnstyledButton } from '@mantine/core'
import { IconAlertOctagonFilled } from '@tabler/icons-react'
import { showIntervention, showSeveral } from '../actions.js'
import { api, call } from '../api.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { isOpenIntervention } from '../tabs/tab-label.js'
import { useFormat } from '../ui/format.js'
import { RescueGlyph } from '../ui/glyphs.js'
import { Rich } from '../ui/rich.js'
import './rescue.css'

/** One line on every window while a line is set aside; a third key replaces it by the red one. Never stacked, never closable. */
export function Banner() {
  const t = useT()
  const format = useFormat()
  const interventions = useAppPart((app) => app.interventions)
  const open = interventions.filter(isOpenIntervention)
  const first = open.toSorted((a, b) => a.since.localeCompare(b.since))[0]
  if (!first) return null
  const alarm = open.find((one) => one.thirdKey)
  if (alarm) {
    return (
      <div className="rt-banner rt-banner-alarm" role="alert">
        <IconAlertOctagonFilled size={16} aria-hidden />
        <span>
          <Rich text="rescue.alarm.banner" values={{ server: alarm.name, n: alarm.setAside }} />
        </span>
        <UnstyledButton className="rt-link" onClick={() => showIntervention(alarm)}>
          {t('rescue.alarm.show')}
        </UnstyledButton>
      </div>
    )
  }
  const n = open.reduce((sum, one) => sum + one.setAside, 0)
  const time = format.time(first.since)
  if (open.length > 1) {
    return (
      <div className="rt-banner" role="status">
        <RescueGlyph />
        <span>
          <Rich text="rescue.banner.several" values={{ n, servers: open.length, time }} />
        </span>
        <UnstyledButton className="rt-link" onClick={showSeveral}>
          {t('rescue.banner.all')}
        </UnstyledButton>
      </div>
    )
  }
  return (
    <div className="rt-banner" role="status">
      <RescueGlyph />
      <span>
        <Rich text="rescue.banner.setAside" values={{ n, server: first.name, time }} />
      </span>
      {first.state === 'active' && first.watch?.purpose !== 'leaving' && (
        <UnstyledButton className="rt-link" onClick={() => void leave(first.id)}>
          {t('rescue.banner.leave')}
        </UnstyledButton>
      )}
      <UnstyledButton className="rt-link" onClick={() => void call(api.intervention.restoreNow({ id: first.id }))}>
        {t('rescue.banner.restore')}
      </UnstyledButton>
    </div>
  )
  function leave(id: string) {
    if (first) showIntervention(first)
    return call(api.intervention.leave({ id }))
  }
}
