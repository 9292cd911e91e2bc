import { UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import { type TextKey, type Translate, useT } from '../i18n.js'
import { CopyButton } from './copy-button.js'

/** What happened, why, what to do; the technical detail (possibly the server's words) folded, as a quotation. */
export function ErrorText({ error, compact }: { error: ErrorInfo; compact?: boolean }) {
  const t = useT()
  const text = (part: 'title' | 'text') => t(`errors.${error.code}.${part}` satisfies TextKey, fillMissing(error.data, t))
  return (
    <div className="rt-error-text">
      <b>{text('title')}</b>
      <div className="rt-sm">{text('text')}</div>
      {error.detail && !compact && <Details text={error.detail} />}
    </div>
  )
}

/** The words of a server or a provider, folded, as a quotation. */
export function Details({ text }: { text: string }) {
  const t = useT()
  const [open, setOpen] = useState(false)
  return (
    <>
      <UnstyledButton className="rt-link rt-sm" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('common.details')}
      </UnstyledButton>
      {open && (
        <div className="rt-quote">
          <span>{text}</span>
          <CopyButton text={text} />
        </div>
      )}
    </>
  )
}

const names = ['host', 'file', 'command', 'example'] as const

/** Texts name what a failure may not know (which file, which host); a general word stands in. */
const fillMissing = (data: ErrorInfo['data'], t: Translate) => ({
  ...Object.fromEntries(names.map((name) => [name, t(`errors.missing.${name}`)])),
  ...data,
})
