/**
 * The edit of one file, before it is written. Inserted text is bold, underlined and tinted, its line has a `+`; removed lines have
 * a `−`, and what a line loses is struck through. Never red and green. Keys are cut in the middle of the view only; copy gives the whole edit.
 */
import type { DiffRow } from '../../shared/edit-preview.js'
import { useT } from '../i18n.js'
import { changedParts } from './changed-parts.js'
import { CopyButton } from './copy-button.js'
import { shortenKey } from './shorten-key.js'

export function Diff({ path, rows, note }: { path: string; rows: readonly DiffRow[]; note?: string }) {
  const t = useT()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines and files are scrolled by arrows
    <section className="rt-diff" tabIndex={0} aria-label={t('common.diff.label', { file: path })}>
      <div className="rt-diff-head">
        <code>{path}</code>
        <span className="rt-row">
          {note}
          <CopyButton text={rows.map(asText).join('\n')} />
        </span>
      </div>
      <div>
        {rows.map((row, index) => (
          <Row key={index} row={row} />
        ))}
      </div>
    </section>
  )
}

function Row({ row }: { row: DiffRow }) {
  const t = useT()
  switch (row.kind) {
    case 'gap':
      return <Line number="⋮" spoken={t('common.diff.gap')} sign=" " />
    case 'context':
      return <Line number={row.line} sign=" " text={shortenKey(row.before ?? row.after ?? '')} type={row.keyType} />
    case 'mark':
      return (
        <Line className="rt-add" number={row.line} sign="+" spoken={t('common.diff.marked')} type={row.keyType}>
          <ins>{row.mark}</ins>
          {shortenKey(row.before ?? '')}
        </Line>
      )
    case 'insert':
      return (
        <Line className="rt-add" number={row.line} sign="+" spoken={t('common.diff.added')} type={row.keyType}>
          <ins>{shortenKey(row.after ?? '')}</ins>
        </Line>
      )
    case 'remove':
      return (
        <Line
          className="rt-del"
          number={row.line}
          sign="−"
          spoken={t('common.diff.removed')}
          text={shortenKey(row.before ?? '')}
          type={row.keyType}
        />
      )
    case 'change': {
      const { head, before, after, tail } = changedParts(row.before ?? '', row.after ?? '')
      return (
        <>
          <Line className="rt-del" number={row.line} sign="−" spoken={t('common.diff.removed')} type={row.keyType}>
            {shortenKey(head)}
            <del>{shortenKey(before)}</del>
            {shortenKey(tail)}
          </Line>
          <Line className="rt-add" sign="+" spoken={t('common.diff.added')} type={row.keyType}>
            {shortenKey(head)}
            {after && <ins>{shortenKey(after)}</ins>}
            {shortenKey(tail)}
          </Line>
        </>
      )
    }
  }
}

interface LineProps {
  className?: string
  number?: number | string | undefined
  sign: string
  /** The sign in a word. */
  spoken?: string
  text?: string | undefined
  type?: string | undefined
  children?: React.ReactNode
}

function Line({ className = '', number, sign, spoken, text, type, children }: LineProps) {
  return (
    <div className={`rt-diff-line ${className}`}>
      <span>{number}</span>
      <span aria-hidden="true">{sign}</span>
      <span>
        {spoken && <span className="rt-spoken">{spoken} </span>}
        {text}
        {children}
      </span>
      <span>{type}</span>
    </div>
  )
}

function asText(row: DiffRow): string {
  switch (row.kind) {
    case 'gap':
      return '…'
    case 'context':
      return `  ${row.before ?? row.after ?? ''}`
    case 'mark':
      return `+ ${row.mark ?? ''}${row.before ?? ''}`
    case 'insert':
      return `+ ${row.after ?? ''}`
    case 'remove':
      return `- ${row.before ?? ''}`
    case 'change':
      return `- ${row.before ?? ''}\n+ ${row.after ?? ''}`
  }
}
