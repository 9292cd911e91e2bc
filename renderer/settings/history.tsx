import { Button, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import type { HistoryItem } from '../../shared/intervention.js'
import { showIntervention } from '../actions.js'
import { api, call } from '../api.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { isOpenIntervention, nameOf } from '../tabs/tab-label.js'
import { useFormat } from '../ui/format.js'
import { Badge } from '../ui/glyphs.js'

/** Everything that was set aside or replaced, open ones first. A replacement can be brought back. */
export function History() {
  const t = useT()
  const format = useFormat()
  const interventions = useAppPart((app) => app.interventions)
  const history = useAppPart((app) => app.history)
  const [asked, setAsked] = useState<string>()
  const open = interventions.filter(isOpenIntervention)
  const past = history.filter((item) => !open.some((one) => one.id === item.id)).toSorted((a, b) => b.at.localeCompare(a.at))

  function describe(item: HistoryItem) {
    const values = { date: format.date(item.at), n: item.lines }
    if (item.kind === 'replaced') return t(item.canBringBack ? 'settings.replaced' : 'settings.broughtBack', values)
    const lasted = item.until ? Date.parse(item.until) - Date.parse(item.at) : 0
    return t('settings.putBack', { ...values, duration: format.duration(lasted) })
  }

  return (
    <>
      <h2 style={{ marginTop: 22 }}>{t('settings.history')}</h2>
      {!open.length && !past.length && <p className="rt-dim rt-sm">{t('settings.historyEmpty')}</p>}
      <table style={{ marginTop: 2 }}>
        <tbody>
          {open.map((one) => (
            <tr key={one.id}>
              <td className="rt-history-badge">
                <Badge badge={one.thirdKey ? 'alarm' : one.state === 'needs-attention' ? 'attention' : 'rescue'} />
              </td>
              <td className="rt-history-name">{nameOf(one, t)}</td>
              <td className="rt-dim">
                {t('settings.since', { time: `${format.date(one.since)} ${format.time(one.since)}`, n: one.setAside })}
              </td>
              <td className="rt-num">
                <UnstyledButton className="rt-link" onClick={() => showIntervention(one)}>
                  {t('settings.open')}
                </UnstyledButton>
              </td>
            </tr>
          ))}
          {past.map((item) => (
            <tr key={item.id}>
              <td className="rt-history-badge">
                <Badge badge="known" />
              </td>
              <td className="rt-history-name">{nameOf(item, t)}</td>
              <td className="rt-dim">{describe(item)}</td>
              <td className="rt-num">
                {item.kind === 'replaced' &&
                  item.canBringBack &&
                  (asked === item.id ? (
                    <Button size="compact-sm" onClick={() => void call(api.history.bringBack({ id: item.id }))}>
                      {t('settings.bringBackSure')}
                    </Button>
                  ) : (
                    <UnstyledButton className="rt-link" onClick={() => setAsked(item.id)}>
                      {t('settings.bringBack')}
                    </UnstyledButton>
                  ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
