import { UnstyledButton } from '@mantine/core'
import { IconAlertOctagonFilled } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { showIntervention, showSeveral } from '../actions.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { nameOf } from '../tabs/tab-label.js'
import { useFormat } from '../ui/format.js'
import { RescueGlyph } from '../ui/glyphs.js'
import { Rich } from '../ui/rich.js'
import { type BannerState, bannerState } from './banner-state.js'
import { leaveRescue, restoreNow } from './commands.js'
import './rescue.css'
import { useDay } from './use-day.js'

/** One line on every window while a line is set aside; a third key replaces it by the red one. Never stacked, never closable. */
export function Banner() {
  const interventions = useAppPart((app) => app.interventions)
  const state = bannerState(interventions)
  const shown = state.kind !== 'none'
  const alarm = state.kind === 'alarm'
  // Both live regions are always there: a region that comes together with its words is often not read out.
  return (
    <div className={shown ? `rt-banner${alarm ? ' rt-banner-alarm' : ''}` : ''}>
      {shown && (alarm ? <IconAlertOctagonFilled className="rt-i rt-red-edge" size={16} aria-hidden /> : <RescueGlyph />)}
      <span className={shown && !alarm ? 'rt-grow rt-trunc' : ''} role="status">
        {!alarm && <Words state={state} />}
      </span>
      <span className={alarm ? 'rt-grow rt-trunc' : ''} role="alert">
        {alarm && <Words state={state} />}
      </span>
      <Ways state={state} />
    </div>
  )
}

function Words({ state }: { state: BannerState }) {
  const t = useT()
  const format = useFormat()
  const day = useDay()
  switch (state.kind) {
    case 'none':
      return null
    case 'alarm': {
      const { intervention } = state
      return <Rich text="rescue.alarm.banner" values={{ server: nameOf(intervention, t), n: intervention.setAside }} />
    }
    case 'several':
      return <Rich text="rescue.banner.several" values={{ n: state.lines, servers: state.servers, time: format.time(state.since) }} />
    case 'one': {
      const { setAside, since, expiresAt } = state.intervention
      const server = nameOf(state.intervention, t)
      if (setAside === 0 && !state.mustDecide) return <Rich text="rescue.banner.accepted" values={{ server, time: day(expiresAt) }} />
      return <Rich text="rescue.banner.setAside" values={{ n: setAside, server, time: format.time(since) }} />
    }
  }
}

function Ways({ state }: { state: BannerState }) {
  const t = useT()
  switch (state.kind) {
    case 'none':
      return null
    case 'alarm':
      return <Way onClick={() => showIntervention(state.intervention)}>{t('rescue.alarm.show')}</Way>
    case 'several':
      return <Way onClick={showSeveral}>{t('rescue.banner.all')}</Way>
    case 'one': {
      const { intervention, canLeave, mustDecide } = state
      const { id } = intervention
      if (mustDecide) return <Way onClick={() => showIntervention(intervention)}>{t('rescue.banner.decide')}</Way>
      return (
        <>
          {canLeave && (
            <Way
              onClick={() => {
                showIntervention(intervention)
                void leaveRescue(id)
              }}
            >
              {t('rescue.banner.leave')}
            </Way>
          )}
          <Way onClick={() => restoreNow(intervention)}>{t('rescue.banner.restore', { n: intervention.setAside })}</Way>
        </>
      )
    }
  }
}

function Way({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <UnstyledButton className="rt-banner-way" onClick={onClick}>
      {children}
    </UnstyledButton>
  )
}
