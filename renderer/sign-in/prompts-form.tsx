/** The server's own questions (RFC 4256): its words are quotations, hidden answers are hidden, an empty answer is an answer. */
import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useT } from '../i18n.js'
import { Failed } from './failed.js'
import { ServerWords } from './server-words.js'
import type { FormProps } from './sign-in-card.js'

export function PromptsForm({ request, answer }: FormProps) {
  const t = useT()
  const { prompts, instruction, failed } = request
  const [answers, setAnswers] = useState<string[]>(() => prompts.map(() => ''))
  const [busy, setBusy] = useState(false)
  return (
    <form
      onSubmit={async (event) => {
        event.preventDefault()
        setBusy(true)
        setAnswers(prompts.map(() => ''))
        await answer({ kind: 'prompts', answers })
        setBusy(false)
      }}
    >
      <h2>{t('sign-in.prompts.title')}</h2>
      {instruction && <ServerWords label={t('sign-in.prompts.lead')} text={instruction} />}
      {!instruction && <p className="rt-dim rt-sm rt-signin-lead">{t('sign-in.prompts.lead')}</p>}
      {failed && <Failed error={failed} quarantine={false} />}
      <div className="rt-signin-keys">
        {prompts.map((prompt, index) => (
          <TextInput
            key={index}
            size="sm"
            label={<q className="rt-mono">{prompt.text.trim()}</q>}
            classNames={{ input: 'rt-mono' }}
            type={prompt.echo ? 'text' : 'password'}
            value={answers[index] ?? ''}
            onChange={(event) => {
              const { value } = event.currentTarget
              setAnswers((before) => before.map((one, at) => (at === index ? value : one)))
            }}
            autoComplete="off"
            spellCheck={false}
            {...(index === 0 ? { 'data-autofocus': true } : {})}
          />
        ))}
      </div>
      <div className="rt-row rt-signin-buttons">
        <Button type="submit" size="sm" variant="filled" loading={busy} {...(prompts.length ? {} : { 'data-autofocus': true })}>
          {t('sign-in.prompts.do')}
        </Button>
        <Button size="sm" onClick={() => void answer({ kind: 'cancel' })}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  )
}
