/** 20: the diagnosis of one visit as a document: what it says, what goes in, and its way to a file. Nothing is sent. */
import { Button, Checkbox, NativeSelect, SegmentedControl, UnstyledButton } from '@mantine/core'
import { IconCopy, IconDeviceFloppy, IconEyeOff, IconLock, IconRefresh, IconStethoscope } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { SavedReport } from '../../shared/bridge.js'
import { findingText } from '../../shared/findings/text.js'
import type { VisitState } from '../../shared/visit.js'
import { showDiagnosis } from '../actions.js'
import { type Api, api, call } from '../api.js'
import { bridge } from '../bridge.js'
import { type Language, languages, useLanguage, useT } from '../i18n.js'
import { useVisit } from '../rescue/use-visit.js'
import { useFormat } from '../ui/format.js'
import { Finding } from '../ui/glyphs.js'
import { useAction } from '../ui/use-action.js'
import { signOfFinding } from './finding-row.js'
import './diagnosis.css'

type Report = Awaited<ReturnType<Api['visit']['report']>>
type Format = 'md' | 'json'
interface Parts {
  evidence: boolean
  commands: boolean
}

export function ReportPage({ visitKey, name }: { visitKey: string; name: string }) {
  const t = useT()
  const visit = useVisit(visitKey)
  const screenLanguage = useLanguage()
  const [chosenLanguage, setLanguage] = useState<Language>()
  const [format, setFormat] = useState<Format>('md')
  const [parts, setParts] = useState<Parts>({ evidence: true, commands: true })
  const [saved, setSaved] = useState<SavedReport>()
  const { run, isBusy } = useAction()
  const language = chosenLanguage ?? screenLanguage
  const report = useReport(visit, { name, language, ...parts })
  if (!visit || !report) return null
  const text = format === 'md' ? report.markdown : report.json
  const fileName = `${report.fileName}.${format}`
  const { repair, isConnected, disks } = visit
  const open = repair.tasks.flatMap(({ findings }) => findings).filter(({ state }) => state === 'fault').length
  const fixed = repair.changes.filter(({ result }) => result === 'verified').length
  return (
    <div className="rt-page rt-diagnosis">
      <header className="rt-diagnosis-head">
        <IconStethoscope className="rt-i rt-bright" size={24} stroke={1.75} aria-hidden />
        <div className="rt-grow" role="status">
          <h1>{t(`report.verdict.${report.verdict}`)}</h1>
          <p>{t('report.lead', { open, fixed })}</p>
        </div>
        <div className="rt-row">
          <Button
            size="sm"
            leftSection={<IconRefresh size={16} stroke={1.75} />}
            disabled={isBusy || !isConnected || !disks.mounted || repair.busy !== undefined}
            onClick={() => run(api.visit.examine({ id: visitKey }))}
          >
            {t('report.run')}
          </Button>
          <CopyReport text={text} />
          <Button
            size="sm"
            variant="filled"
            data-autofocus
            leftSection={<IconDeviceFloppy size={16} stroke={1.75} />}
            onClick={() => void bridge.saveReport({ fileName, text }).then(setSaved)}
          >
            {t('report.save')}
          </Button>
        </div>
      </header>
      <div className="rt-diagnosis-two rt-report-two">
        <div className="rt-report-left">
          <Faults visit={visit} />
          <Hardware visit={visit} onMeasure={() => showDiagnosis('speed', visitKey, name)} />
          <WhatGoesIn visit={visit} parts={parts} onParts={setParts} />
          <RemovedNote report={report} />
        </div>
        <section className="rt-report-right" aria-label={t('report.preview')}>
          <div className="rt-row rt-between">
            <h2>{t('report.preview')}</h2>
            <div className="rt-row">
              <NativeSelect
                size="xs"
                aria-label={t('report.language')}
                data={languages.map((value) => ({ value, label: value === 'fr' ? 'Français' : 'English' }))}
                value={language}
                onChange={(event) => setLanguage(event.currentTarget.value as Language)}
              />
              <SegmentedControl
                size="xs"
                aria-label={t('report.format')}
                data={[
                  { value: 'md', label: 'Markdown' },
                  { value: 'json', label: 'JSON' },
                ]}
                value={format}
                onChange={(value) => setFormat(value as Format)}
              />
            </div>
          </div>
          <Preview text={text} />
        </section>
      </div>
      <footer className="rt-diagnosis-foot">
        <IconLock className="rt-i rt-dim" size={16} stroke={1.75} aria-hidden />
        <span className="rt-sm rt-dim rt-grow" role="status">
          {saved?.kind === 'saved' ? (
            <span className="rt-row">
              {t('report.saved', { name: saved.name })}
              <UnstyledButton className="rt-link rt-sm" onClick={() => bridge.showSavedReport()}>
                {t('report.show')}
              </UnstyledButton>
            </span>
          ) : saved?.kind === 'failed' ? (
            <span className="rt-bright">{t('report.failed', { reason: saved.reason })}</span>
          ) : (
            t('report.kept')
          )}
        </span>
        <code className="rt-dim rt-sm">{fileName}</code>
      </footer>
    </div>
  )
}

/** Written anew whenever what it tells, or how, changes; the former text stays until then. */
function useReport(visit: VisitState | undefined, o: { name: string; language: Language } & Parts): Report | undefined {
  const [report, setReport] = useState<Report>()
  const { name, language, evidence, commands } = o
  const id = visit?.id
  const { repair, speed, disks } = visit ?? {}
  useEffect(() => {
    if (id === undefined) return
    let isStale = false
    void call(api.visit.report({ id, name, language, parts: { evidence, commands } })).then((written) => {
      if (written && !isStale) setReport(written)
    })
    return () => {
      isStale = true
    }
  }, [id, name, language, evidence, commands, repair, speed, disks])
  return report
}

function CopyReport({ text }: { text: string }) {
  const t = useT()
  // Says so until the text is another one.
  const [copied, setCopied] = useState<string>()
  return (
    <Button
      size="sm"
      leftSection={<IconCopy size={16} stroke={1.75} />}
      onClick={() => {
        bridge.copy(text)
        setCopied(text)
      }}
    >
      {t(copied === text ? 'common.copied' : 'report.copy')}
    </Button>
  )
}

function Faults({ visit }: { visit: VisitState }) {
  const t = useT()
  const format = useFormat()
  const language = useLanguage()
  const { tasks, changes } = visit.repair
  const fixed = changes.filter(({ result }) => result === 'verified')
  const open = tasks.flatMap(({ findings }) => findings).filter(({ state }) => state === 'fault')
  return (
    <section>
      <h2>{t('report.faults')}</h2>
      {fixed.length + open.length === 0 && <p className="rt-dim">{t('report.noFaults')}</p>}
      <ul className="rt-report-list">
        {open.map((finding) => (
          <Row key={finding.id} sign={<Finding kind="fail" label={t('repair.state.fault')} />}>
            <b>{findingText(finding.words, 'title', language)}</b>
          </Row>
        ))}
        {fixed.map((change) => (
          <Row key={change.id} sign={<Finding kind="fine" />}>
            <b>{findingText(change.words, 'title', language)}</b>{' '}
            <span className="rt-dim rt-sm">{t('report.fixed', { time: format.time(change.at) })}</span>
          </Row>
        ))}
      </ul>
    </section>
  )
}

function Hardware({ visit, onMeasure }: { visit: VisitState; onMeasure: () => void }) {
  const t = useT()
  const language = useLanguage()
  const findings = visit.repair.tasks.find(({ task }) => task === 'speed')?.findings ?? []
  const measured = visit.speed.at(-1)
  const sign = measured?.verdict === 'fine' ? 'fine' : 'look'
  return (
    <section>
      <h2>{t('report.hardware')}</h2>
      {findings.length === 0 && !measured && <p className="rt-dim">{t('report.noHardware')}</p>}
      <ul className="rt-report-list">
        {measured && <Row sign={<Finding kind={sign} />}>{t(`speed.verdict.${measured.verdict}`)}</Row>}
        {findings.map((finding) => (
          <Row key={finding.id} sign={<Finding kind={signOfFinding[finding.state]} label={t(`repair.state.${finding.state}`)} />}>
            {findingText(finding.words, 'title', language)}
          </Row>
        ))}
      </ul>
      {!measured && (
        <UnstyledButton className="rt-link rt-sm" onClick={onMeasure}>
          {t('report.measure')}
        </UnstyledButton>
      )}
    </section>
  )
}

const Row = ({ sign, children }: { sign: ReactNode; children: ReactNode }) => (
  <li>
    {sign}
    <div>{children}</div>
  </li>
)

function WhatGoesIn({ visit, parts, onParts }: { visit: VisitState; parts: Parts; onParts: (parts: Parts) => void }) {
  const t = useT()
  const checks = visit.repair.tasks.reduce((sum, { findings }) => sum + findings.length, 0)
  const counts = { evidence: checks, commands: visit.repair.commands.length }
  return (
    <section>
      <h2>{t('report.in')}</h2>
      {(['evidence', 'commands'] as const).map((part) => (
        <Checkbox
          key={part}
          size="xs"
          label={t(`report.${part}`)}
          description={t(`report.${part}Text`, { n: counts[part] })}
          checked={parts[part]}
          onChange={(event) => onParts({ ...parts, [part]: event.currentTarget.checked })}
        />
      ))}
    </section>
  )
}

/** Stands where a secret was. */
const REMOVED = '[removed]'
const removedKinds = ['password-hash', 'private-key', 'token', 'password', 'url-credentials', 'email'] as const

function RemovedNote({ report: { removed, markdown } }: { report: Report }) {
  const t = useT()
  const language = useLanguage()
  const seen = useRef(-1)
  // What evidence showed was removed when it was read, and is not counted by kind.
  const others = markdown.split(REMOVED).length - 1 - removedKinds.reduce((sum, kind) => sum + (removed[kind] ?? 0), 0)
  const list = [
    ...removedKinds.flatMap((kind) => (removed[kind] ? t(`report.kind.${kind}`, { n: removed[kind] }) : [])),
    ...(others > 0 ? [t('report.kind.other', { n: others })] : []),
  ]
  /** One place after the other. */
  function showNext() {
    const places = document.querySelectorAll<HTMLElement>('.rt-report-text mark')
    for (const place of places) place.classList.remove('rt-now')
    seen.current = (seen.current + 1) % Math.max(1, places.length)
    const place = places[seen.current]
    place?.classList.add('rt-now')
    place?.scrollIntoView({ block: 'center' })
  }
  return (
    <div className="rt-report-removed rt-sm">
      <IconEyeOff className="rt-i rt-dim" size={16} stroke={1.75} aria-hidden />
      <div>
        <span className="rt-dim">
          {list.length === 0 ? t('report.nothingRemoved') : t('report.removed', { list: new Intl.ListFormat(language).format(list) })}
        </span>
        {list.length > 0 && (
          <div>
            <UnstyledButton className="rt-link rt-sm" onClick={showNext}>
              {t('report.where')}
            </UnstyledButton>
          </div>
        )}
      </div>
    </div>
  )
}

/** As it is saved; headings stand out, and so does each place where a secret was. */
function Preview({ text }: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long texts are scrolled by the arrows
    <pre className="rt-commands rt-report-text" tabIndex={0}>
      {text.split('\n').map((line, index) => (
        <span key={index} className={/^#/.test(line) ? 'rt-report-heading' : undefined}>
          {line.split(REMOVED).flatMap((part, at) => (at === 0 ? [part] : [<mark key={at}>{REMOVED}</mark>, part]))}
          {'\n'}
        </span>
      ))}
    </pre>
  )
}
