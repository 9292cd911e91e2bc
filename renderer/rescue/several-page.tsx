import { Button } from '@mantine/core'
import { IconLink } from '@tabler/icons-react'
import { formatHostAddress } from '../../shared/parse-host-address.js'
import { showIntervention } from '../actions.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { nameOf } from '../tabs/tab-label.js'
import { useFormat, useNow } from '../ui/format.js'
import { Badge, Finding, RescueGlyph } from '../ui/glyphs.js'
import { Rich } from '../ui/rich.js'
import { restoreNow } from './commands.js'
import './pages.css'
import { type SeveralRow, severalRows, sharedLines } from './several.js'
import { stepNames } from './steps.js'
import { useDay } from './use-day.js'

/** 12: all servers with lines set aside. Only a row that waits for a person has the filled button. */
export function SeveralPage() {
  const t = useT()
  const interventions = useAppPart((app) => app.interventions)
  const sessions = useAppPart((app) => app.sessions)
  const rows = severalRows(interventions, sessions)
  return (
    <div className="rt-page rt-several">
      <h1>{t('rescue.several.title', { n: rows.length })}</h1>
      <p className="rt-dim">{t('rescue.several.lead')}</p>
      {rows.length > 0 && (
        <table>
          <thead>
            <tr>
              <td />
              <th scope="col">{t('rescue.several.server')}</th>
              <th scope="col" className="rt-num">
                {t('rescue.several.time')}
              </th>
              <th scope="col" className="rt-num">
                {t('rescue.several.lines')}
              </th>
              <th scope="col">{t('rescue.several.until')}</th>
              <th scope="col">{t('rescue.several.next')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.intervention.id} row={row} />
            ))}
          </tbody>
        </table>
      )}
      {sharedLines(interventions).map(({ file, line, names }) => (
        <div className="rt-note rt-dim rt-sm rt-several-note" key={`${file}:${line}`}>
          <IconLink className="rt-i" size={16} stroke={1.75} aria-hidden />
          <p>
            <Rich
              text="rescue.several.shared"
              values={{ line: String(line), file: <code key="file">{file}</code>, names: <b key="names">{names.join(', ')}</b> }}
            />
          </p>
        </div>
      ))}
    </div>
  )
}

function Row({ row: { intervention, session, step, waits } }: { row: SeveralRow }) {
  const t = useT()
  const format = useFormat()
  const day = useDay()
  const now = useNow(1000)
  const { host, port, since, expiresAt, setAside, watch } = intervention
  const name = nameOf(intervention, t)
  const finding = waits ? 'person' : watch?.purpose === 'leaving' ? 'running' : 'todo'
  const answer = watch?.answer
  const answeredSince = watch?.changes.at(-1)?.at
  function state() {
    if (waits) return t(`rescue.several.waits.${waits}`)
    if (answer === 'nothing' && answeredSince)
      return t('rescue.several.quiet', { time: format.clock(now.getTime() - new Date(answeredSince).getTime()) })
    if (answer) return t(`rescue.answer.${answer}`, { port: String(port) })
    return session ? '' : t('rescue.several.noTerminal')
  }
  return (
    <tr>
      <td>{waits === 'alarm' ? <Badge badge="alarm" /> : <RescueGlyph />}</td>
      <th scope="row">
        {name}
        <div className="rt-dim rt-sm">{formatHostAddress({ ...(session?.user ? { user: session.user } : {}), host, port })}</div>
      </th>
      <td className="rt-num">
        {format.duration(now.getTime() - new Date(since).getTime())}
        <div className="rt-dim rt-sm">{t('rescue.several.since', { time: format.time(since) })}</div>
      </td>
      <td className="rt-num">{setAside}</td>
      <td>{day(expiresAt)}</td>
      <td>
        <div className="rt-row">
          <Finding kind={finding} />
          <b>{t('rescue.step.line', { n: stepNames.indexOf(step) + 1, name: t(`rescue.step.${step}`) })}</b>
        </div>
        <div className="rt-dim rt-sm rt-several-state">{state()}</div>
      </td>
      <td>
        <span className="rt-row rt-several-ways">
          <Button
            variant={waits ? 'filled' : 'default'}
            {...(waits ? { 'data-autofocus': true } : {})}
            onClick={() => showIntervention(intervention)}
          >
            {t(waits === 'sign-in' ? 'rescue.step.signIn' : waits ? 'rescue.alarm.show' : 'rescue.several.open')}
            <span className="rt-spoken"> {name}</span>
          </Button>
          <Button onClick={() => restoreNow(intervention)}>
            {t('rescue.banner.restore', { n: intervention.setAside })}
            <span className="rt-spoken"> {name}</span>
          </Button>
        </span>
      </td>
    </tr>
  )
}
