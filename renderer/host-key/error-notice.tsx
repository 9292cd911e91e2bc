import { useEffect, useRef } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import { useT } from '../i18n.js'
import { ErrorText } from '../ui/error-text.js'
import { Command } from './question-parts.js'

/** A failure inside a dialog; when the core knows the command that does the same by hand, it stands below. */
export function ErrorNotice({ error }: { error: ErrorInfo }) {
  const t = useT()
  const { command } = error.data
  const box = useRef<HTMLDivElement>(null)
  // The button that failed was off for a moment and lost the focus: it goes on from here.
  useEffect(() => {
    if (document.activeElement === document.body) box.current?.focus()
  }, [])
  return (
    <div ref={box} className="rt-note" role="alert" tabIndex={-1}>
      <div className="rt-grow">
        <ErrorText error={error} />
        {typeof command === 'string' && command !== '' && (
          <>
            <p className="rt-dim rt-sm rt-hk-by-hand">{t('host-key.edit.byHand')}</p>
            <Command text={command} label={t('host-key.edit.byHand')} />
          </>
        )}
      </div>
    </div>
  )
}
