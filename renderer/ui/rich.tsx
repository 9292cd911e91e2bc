import IntlMessageFormat from 'intl-messageformat'
import { Fragment, type ReactNode } from 'react'
import { i18n, type TextKey, useLanguage } from '../i18n.js'

const bold = (parts: ReactNode[]) => <b>{parts.map(keyed)}</b>
const code = (parts: ReactNode[]) => <code>{parts.map(keyed)}</code>
const keyed = (part: ReactNode, index: number) => <Fragment key={index}>{part}</Fragment>

/** A text with `<b>` (bold) and `<c>` (code). Values may be nodes; a value is never read as markup. */
export function Rich({ text, values = {} }: { text: TextKey; values?: Record<string, ReactNode> }) {
  const language = useLanguage()
  const message: unknown = i18n.getResource(language, 'translation', text)
  if (typeof message !== 'string') return <>{text}</>
  const parts = new IntlMessageFormat(message, language).format<ReactNode>({ ...values, b: bold, c: code } as never)
  return <>{Array.isArray(parts) ? parts.map(keyed) : parts}</>
}
