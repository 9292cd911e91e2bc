import { IconAlertCircle } from '@tabler/icons-react'
import type { ErrorInfo } from '../../shared/errors.js'
import { useT } from '../i18n.js'
import { ErrorText } from '../ui/error-text.js'

/** Why the last answer did not work: ink and a shape, not red, which means danger. */
export function Failed({ error, quarantine }: { error: ErrorInfo; quarantine: boolean }) {
  const t = useT()
  const isKey = error.data.file !== undefined
  return (
    <div className="rt-row rt-top rt-signin-failed" role="alert">
      <IconAlertCircle className="rt-i rt-bright" size={16} stroke={1.75} aria-hidden />
      {error.code === 'auth-failed' ? (
        <div>
          <b>{t(isKey ? 'sign-in.refused.key' : quarantine ? 'sign-in.wrong' : 'sign-in.refused.password')}</b>
          <div>{t(isKey ? 'sign-in.refused.keyHint' : quarantine ? 'sign-in.wrongHint' : 'sign-in.refused.passwordHint')}</div>
        </div>
      ) : (
        <ErrorText error={error} />
      )}
    </div>
  )
}
