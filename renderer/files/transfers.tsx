/** What is on its way, waits, is paused or over; and files that are open in an editor. */
import { ActionIcon, Button, Checkbox, Progress, Tooltip } from '@mantine/core'
import { IconAlertTriangle, IconDownload, IconPencil, IconPlayerPause, IconPlayerPlay, IconUpload, IconX } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { showName } from '../../shared/file-names.js'
import type { Clash, Edit, Transfer } from '../../shared/files.js'
import { api, call } from '../api.js'
import { type Language, type Translate, useLanguage, useT } from '../i18n.js'
import { ErrorText } from '../ui/error-text.js'
import { useFormat } from '../ui/format.js'
import { formatBytes, formatBytesOf, formatChanged, formatLeft, formatLeftShort } from './format.js'
import { isUnsaved } from './store.js'

const iconProps = { size: 14, stroke: 1.75 }
/** What wants a person comes first, what is over last. */
const rank: Record<Transfer['phase']['kind'], number> = { asks: 0, running: 1, planning: 1, waiting: 2, failed: 3, paused: 4, done: 5 }
const isRunning = ({ phase }: Transfer) => phase.kind === 'planning' || phase.kind === 'running' || phase.kind === 'asks'

export function Transfers({ transfers, edits }: { transfers: readonly Transfer[]; edits: readonly Edit[] }) {
  const t = useT()
  const language = useLanguage()
  const running = transfers.filter(isRunning)
  const count = {
    running: running.length,
    waiting: transfers.filter(({ phase }) => phase.kind === 'waiting').length,
    paused: transfers.filter(({ phase }) => phase.kind === 'paused').length,
  }
  const comma = (before: number) => (before > 0 ? ', ' : '')
  const sum = t('files.queueSum', { ...count, s1: comma(count.running), s2: comma(count.running + count.waiting) })
  const rate = running.reduce((all, one) => all + (one.rate ?? 0), 0)
  const left = transfers
    .filter((one) => isRunning(one) || one.phase.kind === 'waiting')
    .reduce((all, one) => all + one.bytes - one.bytesDone, 0)
  return (
    <section className="rt-files-queue" aria-label={t('files.queue')}>
      <div className="rt-row rt-between rt-files-queue-head">
        <span>
          <b>{t('files.queue')}</b> <span className="rt-dim">{sum}</span>
        </span>
        {rate > 0 && (
          <span className="rt-sm rt-num rt-dim">
            {t('files.total', { rate: formatBytes(rate, language), left: formatLeft(left / rate, t) })}
          </span>
        )}
      </div>
      {transfers.length === 0 && edits.length === 0 && <div className="rt-dim rt-sm">{t('files.queueEmpty')}</div>}
      <ul>
        {edits.map((edit) => (
          <EditRow key={edit.id} edit={edit} />
        ))}
        {[...transfers]
          .sort((a, b) => rank[a.phase.kind] - rank[b.phase.kind])
          .map((transfer) => (
            <TransferRow key={transfer.id} transfer={transfer} />
          ))}
      </ul>
    </section>
  )
}

function Tool({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  )
}

const lastName = (path: string) => path.split(/[/\\]/).filter(Boolean).at(-1) ?? path

function TransferRow({ transfer }: { transfer: Transfer }) {
  const t = useT()
  const language = useLanguage()
  const { id, direction, from, into, phase, bytes, bytesDone } = transfer
  const Icon = direction === 'download' ? IconDownload : IconUpload
  const name = showName(lastName(from))
  const isActive = isRunning(transfer) || phase.kind === 'waiting'
  const percent = bytes > 0 ? Math.min(100, (bytesDone / bytes) * 100) : phase.kind === 'done' ? 100 : 0
  return (
    <li>
      <div className="rt-files-transfer">
        <Icon {...iconProps} size={16} aria-label={t(`files.${direction}`)} role="img" />
        <span className="rt-trunc" title={`${showName(from)} → ${showName(into)}`}>
          {name}
          {direction === 'upload' && <span> → {showName(into)}</span>}
        </span>
        <Progress
          size={6}
          radius={3}
          value={percent}
          color={phase.kind === 'running' || phase.kind === 'done' ? 'petrol.3' : 'gray'}
          aria-label={t('files.progress', { name, percent: Math.round(percent) })}
        />
        <span className="rt-sm rt-num rt-dim rt-trunc">{describe(transfer, t, language)}</span>
        <span className="rt-row rt-files-tools">
          {isActive && (
            <Tool label={t('files.pause')} onClick={() => void call(api.files.pause({ id }))}>
              <IconPlayerPause {...iconProps} />
            </Tool>
          )}
          {(phase.kind === 'paused' || phase.kind === 'failed') && (
            <Tool label={t('files.resume')} onClick={() => void call(api.files.resume({ id }))}>
              <IconPlayerPlay {...iconProps} />
            </Tool>
          )}
          {phase.kind === 'done' ? (
            <Tool label={t('files.dismiss')} onClick={() => void call(api.files.dismiss({ id }))}>
              <IconX {...iconProps} />
            </Tool>
          ) : (
            <Tool label={t('files.cancel')} onClick={() => void call(api.files.cancel({ id }))}>
              <IconX {...iconProps} />
            </Tool>
          )}
        </span>
      </div>
      {phase.kind === 'asks' && <ClashQuestion key={phase.questionId} id={id} questionId={phase.questionId} clash={phase.clash} />}
      {phase.kind === 'failed' && (
        <div className="rt-files-under">
          <ErrorText error={phase.error} />
        </div>
      )}
      {isActive && transfer.sharesConnection && <div className="rt-files-under rt-dim rt-sm">{t('files.shares')}</div>}
      <Outcome transfer={transfer} />
    </li>
  )
}

function describe(transfer: Transfer, t: Translate, language: Language): string {
  const { phase, bytes, bytesDone, files, filesDone, rate, server } = transfer
  const at = formatBytes(bytesDone, language)
  switch (phase.kind) {
    case 'waiting':
      return t('files.waiting')
    case 'planning':
      return t('files.planning', { n: files })
    case 'running':
    case 'asks': {
      const done = formatBytesOf(bytesDone, bytes, language, t)
      const progress = files > 1 ? `${t('files.filesOf', { done: filesDone, total: files })} · ${done}` : done
      if (!rate) return t('files.infoShort', { done: progress })
      return t('files.info', { done: progress, rate: formatBytes(rate, language), left: formatLeftShort((bytes - bytesDone) / rate) })
    }
    case 'paused':
      if (phase.by === 'person') return t('files.paused', { at })
      if (phase.by === 'restart') return t('files.pausedRestart', { at })
      return bytesDone > 0 ? t('files.pausedConnection', { at }) : t('files.waitingServer', { server: server.host })
    case 'failed':
      return ''
    case 'done':
      return files > 1
        ? t('files.doneFiles', { n: files, size: formatBytes(bytes, language) })
        : t('files.done', { size: formatBytes(bytes, language) })
  }
}

/** What did not go as a person might think. */
function Outcome({ transfer: { outcome } }: { transfer: Transfer }) {
  const t = useT()
  if (!outcome) return null
  const { failed, failures, skipped, leftOut, renamed } = outcome
  const words = [
    failed > 0 && t('files.failures', { n: failed }),
    skipped > 0 && t('files.skipped', { n: skipped }),
    leftOut.special > 0 && t('files.leftOut', { n: leftOut.special }),
    leftOut.refused > 0 && t('files.refusedNames', { n: leftOut.refused }),
    renamed.length > 0 && t('files.renamed', { n: renamed.length }),
  ].filter((one) => one !== false)
  if (words.length === 0) return null
  return (
    <details className="rt-files-under rt-sm">
      <summary>
        <IconAlertTriangle {...iconProps} aria-hidden /> {words.join(' · ')}
      </summary>
      {failures.map(({ path, error }) => (
        <div key={path}>
          <code>{showName(path)}</code>: {t(`errors.${error.code}.title`, { ...error.data, file: showName(lastName(path)) })}
        </div>
      ))}
      {renamed.map(({ from, to }) => (
        <div key={from}>{t('files.became', { from: showName(from), to: showName(to) })}</div>
      ))}
    </details>
  )
}

function ClashQuestion({ id, questionId, clash }: { id: string; questionId: string; clash: Clash }) {
  const t = useT()
  const language = useLanguage()
  const [all, setAll] = useState(false)
  const answer = (choice: 'skip' | 'replace' | 'rename') => void call(api.files.answerClash({ id, questionId, answer: { choice, all } }))
  const side = ({ kind, size, mtime }: Clash['source']) =>
    kind === 'file'
      ? t('files.clash.side', { size: formatBytes(size, language), time: formatChanged(mtime, new Date()) })
      : t(`files.clash.${kind}`)
  return (
    <div className="rt-files-under rt-files-clash" role="alert">
      <b>{t('files.clash.title', { name: showName(clash.name) })}</b>
      <span className="rt-sm">{t('files.clash.sides', { there: side(clash.target), here: side(clash.source) })}</span>
      <span className="rt-row">
        <Checkbox size="xs" label={t('files.clash.all')} checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
        <span className="rt-grow" />
        <Button onClick={() => answer('skip')}>{t('files.clash.skip')}</Button>
        <Button onClick={() => answer('rename')}>{t('files.clash.rename')}</Button>
        {clash.canReplace && <Button onClick={() => answer('replace')}>{t('files.clash.replace')}</Button>}
      </span>
    </div>
  )
}

function EditRow({ edit }: { edit: Edit }) {
  const t = useT()
  const format = useFormat()
  const { id, path, copy, phase } = edit
  const text =
    phase.kind === 'saved'
      ? t('files.edit.saved', { time: format.time(phase.at) })
      : phase.kind === 'failed'
        ? ''
        : t(`files.edit.${phase.kind}`)
  const isStuck = isUnsaved(edit)
  return (
    <li>
      <div className="rt-files-transfer rt-files-edit">
        <IconPencil {...iconProps} size={16} aria-hidden />
        <span className="rt-trunc" title={showName(path)}>
          {showName(path)}
        </span>
        <span className="rt-sm rt-num rt-dim" role="status">
          {text}
        </span>
        <span className="rt-row rt-files-tools">
          <Tool label={t(isStuck ? 'files.edit.closeLoses' : 'files.edit.close')} onClick={() => void call(api.files.closeEdit({ id }))}>
            <IconX {...iconProps} />
          </Tool>
        </span>
      </div>
      {isStuck && (
        <div className="rt-files-under rt-files-clash" role="alert">
          {phase.kind === 'failed' && <ErrorText error={phase.error} />}
          <span className="rt-sm">
            {t('files.edit.copy')} <code>{copy}</code>
          </span>
          <span className="rt-row">
            <span className="rt-grow" />
            <Button onClick={() => void call(api.files.closeEdit({ id }))}>{t('files.edit.closeLoses')}</Button>
            {phase.kind === 'conflict' ? (
              <Button onClick={() => void call(api.files.saveEdit({ id, how: 'overwrite' }))}>{t('files.edit.overwrite')}</Button>
            ) : (
              <Button onClick={() => void call(api.files.saveEdit({ id, how: 'save' }))}>{t('files.edit.again')}</Button>
            )}
          </span>
        </div>
      )}
    </li>
  )
}
