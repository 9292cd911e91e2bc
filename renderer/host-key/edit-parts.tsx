/** What stands under the diff: the key that is accepted, who else is affected, and what an administrator's file still says. */
import { IconLink, IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { DiffRow, EditPreview } from '../../shared/edit-preview.js'
import type { HostKeyQuestion, TerminalSession } from '../../shared/terminal-session.js'
import { providerName } from '../enter/problem-text.js'
import { useT } from '../i18n.js'
import { Fingerprint } from '../ui/fingerprint.js'
import { type Expectation, Result } from './compare-field.js'
import { affectedLines, countRows, type Intent, typeName } from './question-page.js'
import { Command } from './question-parts.js'

/** `3 lines get a mark in front, one note line is added, nothing is deleted` */
export function useSum() {
  const t = useT()
  return (intent: Intent, rows: readonly DiffRow[]) => {
    const { marked, notes, added, removed, changed } = countRows(rows)
    const parts =
      intent === 'set-aside'
        ? [
            marked && t('host-key.edit.sumMarked', { n: marked }),
            notes && t('host-key.edit.sumNote', { n: notes }),
            added && t('host-key.edit.sumAdded', { n: added }),
            t('host-key.edit.sumNothing'),
          ]
        : [
            removed && t('host-key.replace.sumRemoved', { n: removed }),
            changed && t('host-key.replace.sumChanged', { n: changed }),
            added && t('host-key.replace.sumAdded', { n: added }),
          ]
    return parts.filter(Boolean).join(', ')
  }
}

interface AcceptedKeyProps {
  preview: EditPreview
  session: TerminalSession
  expectation: Expectation
  children: ReactNode
}

export function AcceptedKey({ preview, session, expectation, children }: AcceptedKeyProps) {
  const t = useT()
  const aside = preview.intent === 'set-aside'
  return (
    <section>
      <h3>{aside ? t('host-key.edit.accept', { hours: preview.ttlHours }) : t('host-key.replace.known')}</h3>
      <div className="rt-hk-gap">
        <Fingerprint value={preview.key.fingerprint} />
      </div>
      {expectation.result === 'match' && (
        <p className="rt-row rt-hk-gap">
          <Result result="match" />
          <span className="rt-dim rt-sm">
            {expectation.by ? t('host-key.hostKey.published', { provider: providerName(expectation.by, t) }) : t('host-key.replace.cmp')}
          </span>
        </p>
      )}
      <p className="rt-sm rt-dim rt-hk-gap">
        {aside
          ? t('host-key.edit.onlyKey', { type: typeName(preview.key.type), address: session.host, written: String(preview.alsoWrite) })
          : t('host-key.replace.all')}
      </p>
      {children}
    </section>
  )
}

/** Other names on the lines that change. */
export function Shared({ preview, session }: { preview: EditPreview; session: TerminalSession }) {
  const t = useT()
  const aside = preview.intent === 'set-aside'
  const lines = affectedLines(preview)
  if (lines.length === 0) return <section className="rt-dim rt-sm">{aside && t('host-key.edit.otherNone')}</section>
  return (
    <section className="rt-hk-others">
      {lines.map(({ file, line, names, pattern }) => {
        const values = { names: names.join(', '), line: String(line), address: session.host }
        const words = !aside
          ? ([t('host-key.replace.other', values), t('host-key.replace.otherText', values)] as const)
          : pattern || names.length === 0
            ? ([t('host-key.edit.otherPattern', values), t('host-key.edit.otherPatternText')] as const)
            : ([t('host-key.edit.other', values), t('host-key.edit.otherText', values)] as const)
        return (
          <div key={`${file}:${line}`}>
            <h3 className="rt-row">
              <IconLink className="rt-i" size={16} stroke={1.75} aria-hidden />
              {words[0]}
            </h3>
            <p className="rt-hk-gap">{words[1]}</p>
          </div>
        )
      })}
    </section>
  )
}

/** Lines of system files are not edited, and other programs go on following them. */
export function SystemLines({ question }: { question: HostKeyQuestion }) {
  const t = useT()
  return (
    <section>
      <h3 className="rt-row">
        <IconLock className="rt-i" size={16} stroke={1.75} aria-hidden />
        {t('host-key.sysfile.also', { n: question.systemEntries.length })}
      </h3>
      <p className="rt-sm">{t('host-key.sysfile.alsoText')}</p>
      <AdminCommands question={question} />
    </section>
  )
}

export function AdminCommands({ question }: { question: HostKeyQuestion }) {
  const t = useT()
  return (
    <div className="rt-hk-admin">
      {question.adminCommands.map(({ file, line, setAside, undo }) => (
        <div className="rt-hk-admin" key={`${file}:${line}`}>
          <span className="rt-dim">{t('host-key.sysfile.aside')}</span>
          <Command text={setAside} label={t('host-key.sysfile.copyAside', { line: String(line) })} />
          <span className="rt-dim">{t('host-key.sysfile.undo')}</span>
          <Command text={undo} label={t('host-key.sysfile.copyUndo', { line: String(line) })} />
        </div>
      ))}
      <p className="rt-dim rt-sm">{t('host-key.sysfile.safe')}</p>
    </div>
  )
}
