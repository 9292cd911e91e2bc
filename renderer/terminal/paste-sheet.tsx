/** A paste that a shell would run as it arrives, or that is very long, is shown whole before anything is sent. */
import { Button, Checkbox, Textarea } from '@mantine/core'
import { IconAlertTriangle, IconClipboardText } from '@tabler/icons-react'
import { useState } from 'react'
import { useT } from '../i18n.js'
import type { LiveTerminal, PasteRequest } from './live-terminal.js'
import { endsInBreak, pasteLines, withoutLastBreak } from './paste-filter.js'
import { Sheet } from './sheet.js'

/** More rows than anybody reads; the rest is counted. */
const shownLines = 500

export function PasteSheet({ terminal, paste, name }: { terminal: LiveTerminal; paste: PasteRequest; name: string }) {
  const t = useT()
  const [edited, setEdited] = useState<string>()
  const [leaveLast, setLeaveLast] = useState(true)
  const text = edited ?? paste.text
  const lines = pasteLines(text)
  const n = lines.length
  const offersLast = paste.why === 'runs' && endsInBreak(text)
  const cancel = () => terminal.answerPaste(undefined)
  return (
    <Sheet
      icon={<IconClipboardText size={20} stroke={1.75} />}
      title={t('terminal.paste.title', { n, server: name })}
      text={t(paste.why === 'runs' ? 'terminal.paste.why' : 'terminal.paste.large', { n: text.length })}
      question
      onEscape={cancel}
    >
      {edited === undefined ? (
        <PasteText lines={lines} label={t('terminal.paste.text')} />
      ) : (
        <Textarea
          aria-label={t('terminal.paste.text')}
          classNames={{ input: 'rt-mono' }}
          value={edited}
          onChange={(event) => setEdited(event.currentTarget.value)}
          autosize
          minRows={3}
          maxRows={10}
          spellCheck={false}
          data-autofocus
          autoFocus
        />
      )}
      {edited === undefined &&
        paste.removed.slice(0, 3).map(({ line, count }) => (
          <p key={line} className="rt-row rt-sm">
            <IconAlertTriangle className="rt-i rt-bright" size={16} stroke={1.75} aria-hidden />
            {t('terminal.paste.stripped', { n: count, line })}
          </p>
        ))}
      <div className="rt-row rt-sheet-buttons">
        {offersLast && (
          <Checkbox
            size="xs"
            label={t('terminal.paste.last', { n })}
            checked={leaveLast}
            onChange={(event) => setLeaveLast(event.currentTarget.checked)}
          />
        )}
        <div className="rt-row rt-sheet-answers">
          {edited === undefined && (
            <Button size="sm" onClick={() => setEdited(paste.text)}>
              {t('terminal.paste.edit')}
            </Button>
          )}
          <Button size="sm" data-autofocus={edited === undefined || undefined} onClick={cancel}>
            {t('common.cancel')}
          </Button>
          <Button size="sm" variant="filled" onClick={() => terminal.answerPaste(offersLast && leaveLast ? withoutLastBreak(text) : text)}>
            {t('terminal.paste.do', { n })}
          </Button>
        </div>
      </div>
    </Sheet>
  )
}

function PasteText({ lines, label }: { lines: string[]; label: string }) {
  const t = useT()
  const more = lines.length - shownLines
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long texts are scrolled by arrows
    <section className="rt-paste" tabIndex={0} aria-label={label}>
      {lines.slice(0, shownLines).map((line, index) => (
        <div key={index}>
          <span className="rt-dim">{index + 1}</span>
          <span>
            {line}
            {index < lines.length - 1 && <span className="rt-dim"> ↵</span>}
          </span>
        </div>
      ))}
      {more > 0 && <div className="rt-dim rt-paste-more">{t('terminal.paste.more', { n: more })}</div>}
    </section>
  )
}
