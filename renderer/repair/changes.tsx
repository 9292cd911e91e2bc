import { Button, UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { findingText } from '../../shared/findings/text.js'
import type { Change } from '../../shared/repair.js'
import type { VisitState } from '../../shared/visit.js'
import { api } from '../api.js'
import { useLanguage, useT } from '../i18n.js'
import { CopyButton } from '../ui/copy-button.js'
import { ErrorText } from '../ui/error-text.js'
import { useFormat } from '../ui/format.js'
import { Finding, type FindingKind } from '../ui/glyphs.js'
import { useAction } from '../ui/use-action.js'

const signs: Record<Change['result'], FindingKind> = {
  verified: 'fine',
  'still-there': 'look',
  failed: 'fail',
  unfinished: 'look',
  undone: 'todo',
}

/** What was done to the system, each with its way back, and every command that ran. */
export function Changes({ visit }: { visit: VisitState }) {
  const t = useT()
  const { changes, commands } = visit.repair
  const [isOpen, setOpen] = useState(false)
  const text = commands.map(({ command }) => command).join('\n')
  return (
    <>
      {changes.length > 0 && (
        <section aria-label={t('repair.changes')}>
          <h3>{t('repair.changes')}</h3>
          <ul className="rt-changes" aria-live="polite">
            {changes.map((change) => (
              <ChangeRow key={change.id} visit={visit} change={change} />
            ))}
          </ul>
        </section>
      )}
      {commands.length > 0 && (
        <section>
          <div className="rt-row rt-between">
            <UnstyledButton className="rt-link rt-sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              {t('repair.commands', { n: commands.length })}
            </UnstyledButton>
            {isOpen && <CopyButton text={text} />}
          </div>
          {isOpen && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: long lists are scrolled by the arrows
            <pre className="rt-commands rt-evidence" tabIndex={0}>
              {text}
            </pre>
          )}
        </section>
      )}
    </>
  )
}

function ChangeRow({ visit, change }: { visit: VisitState; change: Change }) {
  const t = useT()
  const language = useLanguage()
  const format = useFormat()
  const { run, isBusy } = useAction()
  const name = findingText(change.words, 'title', language) || findingText(change.words, 'do', language)
  return (
    <li>
      <Finding kind={signs[change.result]} />
      <div>
        {name} <span className="rt-dim rt-sm">{t(`repair.result.${change.result}`, { time: format.time(change.at) })}</span>
        {change.error && <ErrorText error={change.error} />}
      </div>
      {change.canUndo && (
        <Button
          size="compact-sm"
          aria-label={t('repair.undoName', { name })}
          disabled={isBusy || !visit.isConnected || visit.repair.busy !== undefined}
          onClick={() => run(api.visit.undo({ id: visit.id, change: change.id }))}
        >
          {t('repair.undoDo')}
        </Button>
      )}
    </li>
  )
}
