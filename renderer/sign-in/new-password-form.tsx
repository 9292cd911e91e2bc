/** A password that expired: the server (RFC 4252 §8) wants a new one. Typed twice, since it is not seen. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useT } from '../i18n.js'
import { Failed } from './failed.js'
import { PasswordField } from './password-field.js'
import { ServerWords } from './server-words.js'
import type { FormProps } from './sign-in-card.js'

export function NewPasswordForm({ request, answer }: FormProps) {
  const t = useT()
  const { instruction, failed, quarantine } = request
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [busy, setBusy] = useState(false)
  const differ = again !== '' && !password.startsWith(again)
  return (
    <form
      onSubmit={async (event) => {
        event.preventDefault()
        if (!password || again !== password) return
        setBusy(true)
        setPassword('')
        setAgain('')
        await answer({ kind: 'new-password', password })
        setBusy(false)
      }}
    >
      <h2>{t('sign-in.newPassword.title')}</h2>
      {instruction ? (
        <ServerWords label={t('sign-in.newPassword.text')} text={instruction} />
      ) : (
        <p className="rt-signin-lead">{t('sign-in.newPassword.textPlain')}</p>
      )}
      <div className="rt-signin-keys">
        <PasswordField
          label={t('sign-in.newPassword.label')}
          value={password}
          onChange={setPassword}
          failed={failed && <Failed error={failed} quarantine={quarantine} />}
          hint={t('sign-in.newPassword.hint')}
        />
        <PasswordField
          label={t('sign-in.newPassword.again')}
          value={again}
          onChange={setAgain}
          failed={differ && <p className="rt-sm rt-signin-hint">{t('sign-in.newPassword.differ')}</p>}
        />
      </div>
      <div className="rt-row rt-signin-buttons">
        <Button type="submit" size="sm" variant="filled" disabled={!password || again !== password} loading={busy}>
          {t('sign-in.newPassword.do')}
        </Button>
        <Button size="sm" onClick={() => void answer({ kind: 'cancel' })}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  )
}
