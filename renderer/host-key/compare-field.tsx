import { TextInput } from '@mantine/core'
import { IconAlertOctagonFilled, IconCheck } from '@tabler/icons-react'
import { useEffect, useId, useState } from 'react'
import type { ComparisonResult } from '../../shared/host-key.js'
import { attempt } from '../api.js'
import { useT } from '../i18n.js'

/** What a person was told to expect, compared by the core with the key shown. Typing pauses before it asks. */
const PAUSE_MS = 150

export function CompareField({
  compare,
  onResult,
}: {
  compare: (text: string) => Promise<ComparisonResult>
  onResult: (result: ComparisonResult) => void
}) {
  const t = useT()
  const id = useId()
  const [text, setText] = useState('')
  const [result, setResult] = useState<ComparisonResult>('empty')
  useEffect(() => {
    let stale = false
    const timer = setTimeout(async () => {
      const answer = await attempt(compare(text))
      if (stale || !answer.ok) return
      setResult(answer.value)
      onResult(answer.value)
    }, PAUSE_MS)
    return () => {
      stale = true
      clearTimeout(timer)
    }
  }, [text])
  return (
    <div className="rt-hk-section">
      <TextInput
        label={t('host-key.hostKey.expect')}
        description={t('host-key.hostKey.optional')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        aria-describedby={id}
        spellCheck={false}
      />
      <div id={id} className="rt-row rt-sm" role="status" style={{ marginTop: 4 }}>
        {result === 'empty' && <span className="rt-dim">{t('host-key.hostKey.cmpEmpty')}</span>}
        {result === 'match' && (
          <span className="rt-accent rt-row">
            <IconCheck size={14} />
            {t('host-key.hostKey.cmpMatch')}
          </span>
        )}
        {result === 'no-match' && (
          <span className="rt-red rt-row">
            <IconAlertOctagonFilled size={14} />
            {t('host-key.hostKey.cmpNo')}
          </span>
        )}
        {result === 'not-a-fingerprint' && <span className="rt-bright">{t('host-key.hostKey.cmpNot')}</span>}
      </div>
    </div>
  )
}
