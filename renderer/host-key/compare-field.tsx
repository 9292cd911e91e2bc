import { TextInput } from '@mantine/core'
import { IconAlertOctagonFilled, IconCheck } from '@tabler/icons-react'
import { useEffect, useId, useRef, useState } from 'react'
import type { ComparisonResult } from '../../shared/host-key.js'
import type { ProviderKind } from '../../shared/provider.js'
import { attempt } from '../api.js'
import { providerName } from '../enter/problem-text.js'
import { useT } from '../i18n.js'

/** A paste is one change; a person who types is not answered after each letter. */
const pauseMs = 150

export interface Expectation {
  text: string
  /** Of exactly this text; `comparing` until the core has answered. */
  result: ComparisonResult | 'comparing'
  setText: (text: string) => void
  /** The provider whose published key gave the result, where it decides. */
  by?: ProviderKind
}

/** What a person was told to expect, compared by the core with the key shown. Kept above the pages of a dialog, so that it survives them. */
export function useExpectation(compare: (text: string) => Promise<ComparisonResult>): Expectation {
  const [text, setText] = useState('')
  const [answered, setAnswered] = useState<{ text: string; result: ComparisonResult }>({ text: '', result: 'empty' })
  const latest = useRef(compare)
  latest.current = compare
  useEffect(() => {
    if (!text.trim()) return
    let stale = false
    const timer = setTimeout(async () => {
      const answer = await attempt(latest.current(text))
      if (!stale && answer.ok) setAnswered({ text, result: answer.value })
    }, pauseMs)
    return () => {
      stale = true
      clearTimeout(timer)
    }
  }, [text])
  const result = !text.trim() ? 'empty' : answered.text === text ? answered.result : 'comparing'
  return { text, result, setText }
}

interface CompareFieldProps {
  expectation: Expectation
  label: string
  hint?: string
  /** Result under the field instead of beside it. */
  stacked?: boolean
}

export function CompareField({ expectation: { text, result, setText, by }, label, hint, stacked }: CompareFieldProps) {
  const t = useT()
  const id = useId()
  return (
    <div>
      <label className="rt-hk-label" htmlFor={id}>
        {label} {hint && <span className="rt-dim">{hint}</span>}
      </label>
      <div className={stacked ? 'rt-hk-compare rt-hk-compare-stacked' : 'rt-hk-compare'}>
        <TextInput
          id={id}
          size={stacked ? 'xs' : 'sm'}
          className={`rt-grow rt-hk-field-${result}`}
          classNames={{ input: 'rt-mono' }}
          placeholder="SHA256:…"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          aria-describedby={`${id}-result`}
          spellCheck={false}
          autoComplete="off"
        />
        <div id={`${id}-result`} className="rt-hk-result" role="status">
          <Result result={result} />
        </div>
      </div>
      {by && (
        <p className="rt-sm rt-hk-gap" role={result === 'match' ? 'status' : 'alert'}>
          {t(result === 'match' ? 'host-key.hostKey.published' : 'host-key.hostKey.publishedOther', { provider: providerName(by, t) })}
        </p>
      )}
    </div>
  )
}

export function Result({ result }: { result: Expectation['result'] }) {
  const t = useT()
  switch (result) {
    case 'empty':
      return <span className="rt-dim rt-sm">{t('host-key.hostKey.cmpEmpty')}</span>
    case 'comparing':
      return <span className="rt-dim rt-sm">{t('host-key.hostKey.comparing')}</span>
    case 'match':
      return (
        <b className="rt-accent rt-row">
          <IconCheck className="rt-i" size={16} stroke={1.75} aria-hidden />
          {t('host-key.hostKey.cmpMatch')}
        </b>
      )
    case 'no-match':
      return (
        <b className="rt-red rt-row">
          <IconAlertOctagonFilled className="rt-i rt-red-edge" size={16} aria-hidden />
          {t('host-key.hostKey.cmpNo')}
        </b>
      )
    case 'not-a-fingerprint':
      return <b>{t('host-key.hostKey.cmpNot')}</b>
  }
}
