/** 07: how fast and how evenly the disk reads, beside what such disks do and what it did before, and what the kernel and the disk say. */
import { Progress as Bar, Button, UnstyledButton } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheckFilled, IconFileText, IconGauge, IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import { findingText } from '../../shared/findings/text.js'
import type { SpeedResult } from '../../shared/speed.js'
import type { VisitState } from '../../shared/visit.js'
import { showDiagnosis } from '../actions.js'
import { api } from '../api.js'
import { useLanguage, useT } from '../i18n.js'
import { useVisit } from '../rescue/use-visit.js'
import { useFormat, useNow } from '../ui/format.js'
import { Finding } from '../ui/glyphs.js'
import { Risk } from '../ui/risk.js'
import { useAction } from '../ui/use-action.js'
import { signOfFinding } from './finding-row.js'
import { LatencyChart } from './latency-chart.js'
import { barEnd, earlierOf, type Rate, ratesOf } from './speed.js'
import './diagnosis.css'

export function SpeedPage({ visitKey, name }: { visitKey: string; name: string }) {
  const t = useT()
  const { run, runAndWait, isBusy } = useAction()
  const visit = useVisit(visitKey)
  if (!visit) return null
  const { measuring, speed, isConnected, repair, disks } = visit
  const { mounted } = disks
  const result = speed.at(-1)
  const isOff = isBusy || !isConnected || !mounted || measuring !== undefined || repair.busy !== undefined
  const look = () => api.visit.examine({ id: visitKey, tasks: ['speed'] })
  /** A result without a look at the kernel's log and SMART says half of it. */
  async function measure(write: boolean) {
    await runAndWait(api.visit.measure({ id: visitKey, write }).then((isMeasured) => (isMeasured ? look() : undefined)))
  }
  return (
    <div className="rt-page rt-diagnosis">
      <header className="rt-diagnosis-head">
        <VerdictSign result={result} />
        <div className="rt-grow" role="status">
          <h1>{t(`speed.verdict.${result?.verdict ?? 'none'}`)}</h1>
          <Lead result={result} />
        </div>
        <div className="rt-row">
          <Button
            size="sm"
            variant={result ? 'default' : 'filled'}
            data-autofocus
            leftSection={<IconRefresh size={16} stroke={1.75} />}
            disabled={isOff}
            onClick={() => void measure(false)}
          >
            {t(result ? 'speed.again' : 'speed.read')}
          </Button>
          <Button size="sm" leftSection={<IconFileText size={16} stroke={1.75} />} onClick={() => showDiagnosis('report', visitKey, name)}>
            {t('speed.report')}
          </Button>
        </div>
      </header>
      {!mounted && <p>{t('speed.needsMount')}</p>}
      {measuring && (
        <Measuring measuring={measuring} device={mounted?.device ?? ''} onStop={() => run(api.visit.stopMeasuring({ id: visitKey }))} />
      )}
      {result && <Numbers result={result} all={speed} />}
      <Also visit={visit} isOff={isOff} onLook={() => run(look())} />
      {speed.length > 1 && <History all={speed} />}
      <footer className="rt-diagnosis-foot">
        <Risk risk="writes" />
        <span className="rt-dim rt-sm rt-grow">
          {t(mounted?.readOnly ? 'speed.readOnly' : 'speed.writeHow', { root: mounted?.root ?? '/mnt' })}
        </span>
        <Button size="sm" disabled={isOff || mounted?.readOnly} onClick={() => void measure(true)}>
          {t('speed.write')}
        </Button>
      </footer>
      {result && <Raw result={result} />}
    </div>
  )
}

function VerdictSign({ result }: { result: SpeedResult | undefined }) {
  if (!result) return <IconGauge className="rt-i rt-bright" size={24} stroke={1.75} aria-hidden />
  if (result.verdict === 'fine') return <IconCircleCheckFilled className="rt-i rt-accent" size={24} aria-hidden />
  return <IconAlertTriangle className="rt-i rt-bright" size={24} stroke={1.75} aria-hidden />
}

function Lead({ result }: { result: SpeedResult | undefined }) {
  const t = useT()
  const format = useFormat()
  const latency = result?.randomRead?.latency
  if (!result) return <p>{`${t('speed.leadNone')} ${t('speed.readHow')}`}</p>
  if (result.verdict === 'errors') return <p>{t('speed.leadErrors')}</p>
  return latency ? <p>{t('speed.lead', { v: format.measured(latency.p99) })}</p> : null
}

const stages = ['random-read', 'sequential-read', 'write', 'health'] as const

interface MeasuringProps {
  measuring: NonNullable<VisitState['measuring']>
  device: string
  onStop: () => void
}

function Measuring({ measuring, device, onStop }: MeasuringProps) {
  const t = useT()
  const format = useFormat()
  const now = useNow(1000)
  const stage = stages.find((one) => one === measuring.stage) ?? 'begin'
  return (
    <section className="rt-measuring" aria-label={t('speed.progress', { device })}>
      <div className="rt-row rt-between">
        <span role="status">{t(`speed.stage.${stage}`)}</span>
        <span className="rt-num" role="timer">
          {format.clock(now.getTime() - Date.parse(measuring.startedAt))}
        </span>
      </div>
      <Bar value={measuring.percent} size={6} aria-label={t('speed.progress', { device })} />
      <Button onClick={onStop}>{t('speed.stop')}</Button>
    </section>
  )
}

function Numbers({ result, all }: { result: SpeedResult; all: readonly SpeedResult[] }) {
  const t = useT()
  const format = useFormat()
  const language = useLanguage()
  const rates = ratesOf(result, all)
  const before = earlierOf(result, all)
  const latency = result.randomRead?.latency
  const whole = (n: number) => format.number(Math.round(n))
  return (
    <div className="rt-diagnosis-two rt-speed-two">
      <section>
        <h2>{t('speed.rates')}</h2>
        {rates.map((rate) => (
          <RateBar key={rate.name} rate={rate} end={barEnd(rates, rate.unit)} medium={result.medium} />
        ))}
        <div className="rt-dim rt-sm">
          {before && <div className="rt-rate-earlier">{t('speed.earlier', { date: format.date(before.at) })}</div>}
          {rates.length > 0 && t('speed.scale', { iops: whole(barEnd(rates, 'IOPS')), rate: whole(barEnd(rates, 'MB/s')) })}
        </div>
        {(result.notes ?? []).map((note) => (
          <p key={note.code} className="rt-sm">
            <b>{findingText(note, 'title', language)}</b> {findingText(note, 'text', language)}
          </p>
        ))}
      </section>
      {result.randomRead && (
        <section>
          <h2>{t('speed.latency')}</h2>
          <LatencyChart read={result.randomRead} />
          {latency && (
            <dl className="rt-latency-facts">
              <Figure name={t('speed.median')} value={latency.p50} />
              <Figure name="95 %" value={latency.p95} />
              <Figure name="99 %" value={latency.p99} />
              <Figure name={t('speed.slowest')} value={latency.max} />
            </dl>
          )}
        </section>
      )}
    </div>
  )
}

function RateBar({ rate, end, medium }: { rate: Rate; end: number; medium: SpeedResult['medium'] }) {
  const t = useT()
  const format = useFormat()
  const { name, value, unit, earlier, normal } = rate
  const share = (n: number) => `${Math.min(100, (n / end) * 100)}%`
  const whole = (n: number) => format.number(Math.round(n))
  const shownUnit = unit === 'IOPS' ? unit : t('speed.rate')
  return (
    <div className="rt-rate">
      <div className="rt-row rt-between">
        <span>{t(`speed.${name}`)}</span>
        <span className="rt-num">
          <b className="rt-figure">{whole(value)}</b> <span className="rt-dim">{shownUnit}</span>
        </span>
      </div>
      <div className="rt-rate-bar" aria-hidden>
        <i style={{ width: share(value) }} />
        {earlier !== undefined && <u style={{ left: share(earlier) }} />}
      </div>
      {normal && medium && (
        <div className="rt-dim rt-sm">
          {t('speed.normal', { medium: t(`speed.medium.${medium}`), from: whole(normal[0]), to: `${whole(normal[1])} ${shownUnit}` })}
        </div>
      )}
    </div>
  )
}

function Figure({ name, value }: { name: string; value: number }) {
  const format = useFormat()
  return (
    <div>
      <dt className="rt-dim rt-sm">{name}</dt>
      <dd>
        <b className="rt-figure">{format.measured(value)}</b> <span className="rt-dim">ms</span>
      </dd>
    </div>
  )
}

/** The kernel's log, the arrays and the disk's own word (SMART): the findings of the same task. */
function Also({ visit, isOff, onLook }: { visit: VisitState; isOff: boolean; onLook: () => void }) {
  const t = useT()
  const language = useLanguage()
  const findings = visit.repair.tasks.find(({ task }) => task === 'speed')?.findings ?? []
  return (
    <section>
      <h2>{t('speed.also')}</h2>
      {findings.length === 0 ? (
        <div className="rt-row">
          <span className="rt-dim">{t('speed.alsoNone')}</span>
          <Button disabled={isOff} onClick={onLook}>
            {t('speed.alsoDo')}
          </Button>
        </div>
      ) : (
        <ul className="rt-also">
          {findings.map((finding) => (
            <li key={finding.id}>
              <Finding kind={signOfFinding[finding.state]} />
              <div>
                {findingText(finding.words, 'title', language)}
                {finding.state !== 'fine' && <div className="rt-dim rt-sm">{findingText(finding.words, 'text', language)}</div>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function History({ all }: { all: readonly SpeedResult[] }) {
  const t = useT()
  const format = useFormat()
  const whole = (n: number | undefined) => (n === undefined ? '–' : format.number(Math.round(n)))
  return (
    <section>
      <h2>{t('speed.history')}</h2>
      <table className="rt-speed-history">
        <thead>
          <tr>
            <th scope="col">{t('speed.when')}</th>
            <th scope="col">{t('speed.device')}</th>
            <th scope="col">{t('speed.rr')} (IOPS)</th>
            <th scope="col">
              {t('speed.sr')} ({t('speed.rate')})
            </th>
            <th scope="col">{t('speed.p99Head')} (ms)</th>
          </tr>
        </thead>
        <tbody>
          {all
            .slice(0, -1)
            .toReversed()
            .map((one) => (
              <tr key={one.at}>
                <td>{`${format.date(one.at)} ${format.time(one.at)}`}</td>
                <td>
                  <code>{one.device}</code> <span className="rt-dim">{one.tool}</span>
                </td>
                <td>{whole(one.randomRead?.iops)}</td>
                <td>{whole(one.sequentialRead && one.sequentialRead / 1e6)}</td>
                <td>{one.randomRead?.latency ? format.measured(one.randomRead.latency.p99) : '–'}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  )
}

function Raw({ result }: { result: SpeedResult }) {
  const t = useT()
  const [isOpen, setOpen] = useState(false)
  return (
    <section>
      <UnstyledButton className="rt-link rt-sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {t('speed.commands')}
      </UnstyledButton>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long texts are scrolled by the arrows
        <pre className="rt-commands rt-speed-raw" tabIndex={0}>
          {result.commands.map(({ command, output }) => `$ ${command}\n${output}`).join('\n\n')}
        </pre>
      )}
    </section>
  )
}
