import { Button } from '@mantine/core'
import { useState } from 'react'
import { useT } from '../i18n.js'
import { Failed } from './failed.js'
import { PasswordField } from './password-field.js'
import type { FormProps } from './sign-in-card.js'

/** The passphrase of a key file: used on this computer, not sent. */
export function PassphraseForm({ request, answer }: FormProps) {
  const t = useT()
  const [passphrase, setPassphrase] = useState('')
  const [busy, setBusy] = useState(false)
  return (
    <form
      onSubmit={async (event) => {
        event.preventDefault()
        if (!passphrase) return
        setBusy(true)
        setPassphrase('')
        await answer({ kind: 'passphrase', passphrase })
        setBusy(false)
      }}
    >
      <h2>{t('sign-in.passphrase.title')}</h2>
      <p className="rt-signin-lead">{t('sign-in.passphrase.text', { file: request.keyFiles[0] ?? '' })}</p>
      <PasswordField
        label={t('sign-in.passphrase.label')}
        value={passphrase}
        onChange={setPassphrase}
        failed={request.failed && <Failed error={request.failed} quarantine={request.quarantine} />}
      />
      <div className="rt-row rt-signin-buttons">
        <Button type="submit" size="sm" variant="filled" disabled={!passphrase} loading={busy}>
          {t('sign-in.passphrase.do')}
        </Button>
        <Button size="sm" onClick={() => void answer({ kind: 'cancel' })}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  )
}
