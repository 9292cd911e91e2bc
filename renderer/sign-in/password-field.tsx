/**
 * The password, hidden until asked for. What is pasted may be the word alone (blanks that copying added are taken away) or a
 * whole e-mail, which is then looked through instead of being taken for a password.
 */
import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core'
import { IconClipboard, IconEye, IconEyeOff } from '@tabler/icons-react'
import { type ReactNode, useId, useState } from 'react'
import { barePassword, type RescueMail, readRescueMail } from '../../shared/rescue-mail.js'
import { bridge } from '../bridge.js'
import { useT } from '../i18n.js'

interface PasswordFieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  /** Absent where a mail makes no sense (passphrases). */
  onMail?: (mail: RescueMail) => void
  failed?: ReactNode
  hint?: string
}

export function PasswordField({ label, value, onChange, onMail, failed, hint }: PasswordFieldProps) {
  const t = useT()
  const id = useId()
  const [shown, setShown] = useState(false)
  const [empty, setEmpty] = useState(false)
  function take(text: string) {
    setEmpty(!text.trim())
    const bare = onMail ? barePassword(text) : text.replace(/[\r\n]+$/, '')
    if (bare !== undefined) onChange(bare)
    else if (text.trim()) onMail?.(readRescueMail(text))
  }
  const toggle = t(shown ? 'sign-in.hide' : 'sign-in.show')
  return (
    <div>
      <label className="rt-signin-label" htmlFor={id}>
        {label}
      </label>
      <div className="rt-row">
        <TextInput
          id={id}
          size="sm"
          className={failed ? 'rt-grow rt-field-failed' : 'rt-grow'}
          classNames={{ input: 'rt-mono' }}
          type={shown ? 'text' : 'password'}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          onPaste={(event) => {
            const text = event.clipboardData.getData('text/plain')
            // A plain word goes where the cursor is, as everywhere.
            if (!text || text === barePassword(text)) return
            event.preventDefault()
            take(text)
          }}
          aria-invalid={failed ? true : undefined}
          aria-describedby={`${id}-hint`}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          rightSection={
            <Tooltip label={toggle}>
              <ActionIcon aria-label={toggle} aria-pressed={shown} onClick={() => setShown(!shown)}>
                {shown ? <IconEyeOff size={14} stroke={1.75} /> : <IconEye size={14} stroke={1.75} />}
              </ActionIcon>
            </Tooltip>
          }
        />
        {onMail && (
          <Button
            size="sm"
            leftSection={<IconClipboard size={16} stroke={1.75} />}
            onClick={async () => take(await bridge.readClipboard())}
          >
            {t('sign-in.paste')}
          </Button>
        )}
      </div>
      <div id={`${id}-hint`}>
        {failed ?? (hint && <p className="rt-dim rt-sm rt-signin-hint">{hint}</p>)}
        {empty && (
          <p className="rt-sm rt-signin-hint" role="status">
            {t('sign-in.empty')}
          </p>
        )}
      </div>
    </div>
  )
}
