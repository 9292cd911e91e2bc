/** 08d: lines that are not as RescueTerm left them. Both texts side by side; a person decides, one line at a time. */
import { Button } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
import type { AttentionLine, Intervention } from '../../shared/intervention.js'
import { hideInterventionPage } from '../actions.js'
import { api } from '../api.js'
import { ErrorNotice } from '../host-key/error-notice.js'
import { Place } from '../host-key/question-parts.js'
import { useT } from '../i18n.js'
import { changedParts } from '../ui/changed-parts.js'
import { useFormat } from '../ui/format.js'
import { shortenKey } from '../ui/shorten-key.js'
import { onceOnly, restoreNow } from './commands.js'

export function AttentionPage({ intervention }: { intervention: Intervention }) {
  const t = useT()
  const { id, attention, error, since } = intervention
  const box = useRef<HTMLDivElement>(null)
  const left = attention.length
  // A line that is decided takes its button along: the next one is the person's turn.
  useEffect(() => {
    if (document.activeElement === document.body) box.current?.querySelector('button')?.focus()
  }, [left])
  return (
    <div ref={box} className="rt-page rt-attention">
      <div className="rt-hk-head" role="status">
        <IconAlertTriangle className="rt-i rt-bright" size={24} stroke={1.75} aria-hidden />
        <div>
          <h1>{t('rescue.attn.title', { n: attention.length })}</h1>
          <p>{t('rescue.attn.lead')}</p>
        </div>
      </div>
      {error && <ErrorNotice error={error} />}
      {attention.map((line) => (
        <LineToDecide key={line.index} id={id} line={line} since={since} />
      ))}
      <div className="rt-row rt-between rt-attention-foot">
        <span className="rt-row">
          <Button size="sm" data-autofocus onClick={() => hideInterventionPage(id)}>
            {t('rescue.attn.later')}
          </Button>
          {attention.length === 0 && (
            <Button size="sm" onClick={() => restoreNow(intervention)}>
              {t('common.tryAgain')}
            </Button>
          )}
        </span>
        <span className="rt-dim rt-sm">{t('rescue.attn.safe')}</span>
      </div>
    </div>
  )
}

function LineToDecide({ id, line, since }: { id: string; line: AttentionLine; since: string }) {
  const t = useT()
  const format = useFormat()
  const { index, file, saved, current, reason } = line
  // The mark is ours and on every line: what differs is what another program did.
  const mark = /^(?:#rescueterm:\S+ )*/.exec(current ?? '')?.[0] ?? ''
  const parts = current === undefined ? undefined : changedParts(saved, current.slice(mark.length))
  const settle = (choice: 'put-back' | 'keep-current' | 'forget') => void onceOnly(api.intervention.settle({ id, index, choice }))
  return (
    <section className="rt-pair" aria-label={line.line ? `${file}:${line.line}` : file}>
      <div>
        <TextBox
          head={<span>{t('rescue.attn.left')}</span>}
          note={t('rescue.attn.leftNote', { time: format.time(since) })}
          line={line.line}
        >
          {parts ? (
            <>
              {shortenKey(parts.head)}
              {parts.before && <ins>{shortenKey(parts.before)}</ins>}
              {shortenKey(parts.tail)}
            </>
          ) : (
            shortenKey(saved)
          )}
        </TextBox>
        <p>{t('rescue.attn.leftText')}</p>
        <Button size="sm" onClick={() => settle('put-back')}>
          {t('rescue.attn.leftDo')}
        </Button>
      </div>
      <div>
        <TextBox head={<Place file={file} line={line.line} />} note={t('rescue.attn.rightNote')} line={line.line}>
          {parts && (
            <>
              {mark}
              {shortenKey(parts.head)}
              {parts.after && <ins>{shortenKey(parts.after)}</ins>}
              {shortenKey(parts.tail)}
            </>
          )}
        </TextBox>
        <p>{t(`rescue.attn.reason.${reason}`)}</p>
        <span className="rt-row">
          {current !== undefined && (
            <Button size="sm" onClick={() => settle('keep-current')}>
              {t('rescue.attn.rightDo')}
            </Button>
          )}
          <Button size="sm" onClick={() => settle('forget')}>
            {t('rescue.attn.forget')}
          </Button>
        </span>
      </div>
    </section>
  )
}

interface TextBoxProps {
  head: ReactNode
  note: string
  line: number | undefined
  children: ReactNode
}

function TextBox({ head, note, line, children }: TextBoxProps) {
  const t = useT()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long line is scrolled by arrows
    <div className="rt-diff rt-pair-text" tabIndex={0}>
      <div className="rt-diff-head">
        {head}
        <span>{note}</span>
      </div>
      <div className="rt-pair-line">
        <span>{line}</span>
        <span aria-hidden="true">{children ? '≠' : ''}</span>
        <span>{children || <span className="rt-dim">{t('rescue.attn.none')}</span>}</span>
      </div>
    </div>
  )
}
