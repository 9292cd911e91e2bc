import { Button, NativeSelect, PasswordInput, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { ProposalAnswer, ProposalInput } from '../../shared/repair.js'
import { useT } from '../i18n.js'

interface AnswerFormProps {
  input: ProposalInput
  name: string
  isOff: boolean
  onAnswer: (answer: ProposalAnswer) => void
}

/** What a person gives before the steps are known. A password leaves the fields as soon as it is handed on. */
export function AnswerForm({ input, name, isOff, onAnswer }: AnswerFormProps) {
  return input.kind === 'password' ? (
    <PasswordForm user={input.user} name={name} isOff={isOff} onAnswer={onAnswer} />
  ) : (
    <KeyForm users={input.users} name={name} isOff={isOff} onAnswer={onAnswer} />
  )
}

function PasswordForm({ user, name, isOff, onAnswer }: Omit<AnswerFormProps, 'input'> & { user: string }) {
  const t = useT()
  const [first, setFirst] = useState('')
  const [second, setSecond] = useState('')
  const differs = second !== '' && first !== second
  const show = { 'aria-label': t('repair.show') }
  return (
    <form
      className="rt-proposal"
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault()
        setFirst('')
        setSecond('')
        onAnswer({ kind: 'password', password: first })
      }}
    >
      <PasswordInput
        label={t('repair.password', { user })}
        autoComplete="new-password"
        value={first}
        visibilityToggleButtonProps={show}
        onChange={(event) => setFirst(event.currentTarget.value)}
      />
      <PasswordInput
        label={t('repair.passwordAgain')}
        autoComplete="new-password"
        value={second}
        visibilityToggleButtonProps={show}
        error={differs ? t('repair.mismatch') : undefined}
        onChange={(event) => setSecond(event.currentTarget.value)}
      />
      <div className="rt-dim rt-sm">{t('repair.stdin')}</div>
      <div className="rt-proposal-do">
        <Button type="submit" size="sm" disabled={isOff || first === '' || first !== second}>
          {t('repair.plan')}
        </Button>
      </div>
    </form>
  )
}

function KeyForm({ users, name, isOff, onAnswer }: Omit<AnswerFormProps, 'input'> & { users: readonly string[] }) {
  const t = useT()
  const [user, setUser] = useState(users[0] ?? '')
  const [key, setKey] = useState('')
  return (
    <form
      className="rt-proposal"
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault()
        onAnswer({ kind: 'public-key', user, key })
      }}
    >
      <NativeSelect label={t('repair.user')} data={[...users]} value={user} onChange={(event) => setUser(event.currentTarget.value)} />
      <Textarea label={t('repair.key')} spellCheck={false} rows={3} value={key} onChange={(event) => setKey(event.currentTarget.value)} />
      <div className="rt-proposal-do">
        <Button type="submit" size="sm" disabled={isOff || user === '' || key.trim() === ''}>
          {t('repair.plan')}
        </Button>
      </div>
    </form>
  )
}
