/** Password, key file or agent. Under an intervention the agent is named and off, and a whole e-mail can be pasted. */
import { Button } from '@mantine/core'
import { IconKey, IconLock } from '@tabler/icons-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { RescueMail } from '../../shared/rescue-mail.js'
import type { CredentialAnswer } from '../../shared/terminal-session.js'
import { visitId } from '../../shared/visit-id.js'
import { providerName } from '../enter/problem-text.js'
import { useAccount } from '../enter/use-account.js'
import { useT } from '../i18n.js'
import { useVisit } from '../rescue/use-visit.js'
import { useAppPart } from '../state.js'
import { Rich } from '../ui/rich.js'
import { Failed } from './failed.js'
import { type KeyChoice, KeyFields } from './key-fields.js'
import { MailView } from './mail-view.js'
import { PasswordField } from './password-field.js'
import { FoundPassword, OtherUser, PasswordSearch, usePasswordSearch } from './provider-password.js'
import type { FormProps } from './sign-in-card.js'

type Method = 'password' | 'key' | 'agent'

export function ChooseForm({ session, request, answer }: FormProps) {
  const t = useT()
  const { methods, keyFiles, failed, quarantine } = request
  const prefilled = useAppPart((app) => (session.practice ? app.practice.rescuePassword : undefined))
  const first = firstMethod(methods, failed?.data.file !== undefined)
  const [method, setMethod] = useState(first)
  const [password, setPassword] = useState(prefilled ?? '')
  const [key, setKey] = useState<KeyChoice>(() => firstKey(keyFiles, failed?.data.file))
  const [mail, setMail] = useState<RescueMail>()
  const [busy, setBusy] = useState(false)
  const [types, setTypes] = useState(false)
  const visit = useVisit(quarantine && !session.practice ? visitId(session.host, session.port) : undefined)
  const link = useAppPart((app) => app.servers.find((one) => one.id === session.serverId)?.provider)
  const account = useAccount(link)
  // Also where keys are asked for: the provider may say that those of the account open it.
  usePasswordSearch(visit, account)
  const accountKeys = account && visit?.password?.phase === 'account-keys' ? visit.password : undefined
  const rescueHint = account && visit?.password?.byMail === false ? 'sign-in.hintShown' : 'sign-in.hintRescue'
  const found = !types && method === 'password' && visit?.password?.phase === 'found' ? visit : undefined

  async function submit(given: CredentialAnswer, user?: string) {
    setBusy(true)
    setPassword('')
    setMail(undefined)
    await answer(given, user)
    setBusy(false)
  }
  function onSubmit(event: FormEvent) {
    event.preventDefault()
    if (method === 'agent') void submit({ kind: 'agent' })
    else if (method === 'key' && key.file.trim()) void submit({ kind: 'key', file: key.file.trim() }, accountKeys?.user)
    else if (method === 'password' && password) void submit({ kind: 'password', password })
  }
  const ready = method === 'agent' || (method === 'key' ? key.file.trim() !== '' : password !== '')
  // Said where the form begins: the other ways have not failed.
  const failure = failed && method === first && <Failed error={failed} quarantine={quarantine} />
  const label = t(quarantine ? 'sign-in.rescuePassword' : 'sign-in.password')

  return (
    <form onSubmit={onSubmit}>
      <Methods methods={methods} method={method} agentOff={quarantine} onChange={setMethod} />
      {method === 'password' && mail && (
        <MailView
          mail={mail}
          session={session}
          onUse={(found) => submit({ kind: 'password', password: found })}
          onMail={setMail}
          onPassword={(pasted) => {
            setTypes(true)
            setPassword(pasted)
          }}
          onFetched={() => {
            setTypes(false)
            setMail(undefined)
          }}
        />
      )}
      {!mail && found?.password && (
        <FoundPassword
          visit={found.id}
          password={found.password}
          account={account}
          link={link}
          session={session}
          request={request}
          failed={failure}
          onType={() => setTypes(true)}
          onCancel={() => void answer({ kind: 'cancel' })}
        />
      )}
      {!found && !(method === 'password' && mail) && (
        <>
          {method === 'password' && (
            <PasswordField
              label={label}
              value={password}
              onChange={setPassword}
              onMail={setMail}
              failed={failure}
              hint={t(prefilled ? 'sign-in.hintPractice' : quarantine ? rescueHint : 'sign-in.hint')}
            />
          )}
          {method === 'key' && account && accountKeys && (
            <p>
              {t('sign-in.provider.accountKeys', { provider: providerName(account.kind, t) })}{' '}
              <OtherUser password={accountKeys} request={request} />
            </p>
          )}
          {method === 'key' && <KeyFields files={keyFiles} value={key} onChange={setKey} />}
          {method === 'agent' && <p>{t('sign-in.agentText')}</p>}
          {method !== 'password' && failure}
          <div className="rt-row rt-signin-buttons">
            <Button type="submit" size="sm" variant="filled" disabled={!ready} loading={busy}>
              {t('sign-in.do')}
            </Button>
            <Button size="sm" onClick={() => void answer({ kind: 'cancel' })}>
              {t('common.cancel')}
            </Button>
          </div>
        </>
      )}
      {visit && account && link && method === 'password' && !mail && !found && (
        <PasswordSearch visit={visit.id} password={visit.password} account={account} link={link} />
      )}
      {quarantine && !session.practice && method === 'password' && !mail && !found && !account && (
        <div className="rt-signin-help">
          <h3>{t('sign-in.noMail')}</h3>
          <p className="rt-dim rt-sm">
            <Rich text={failed ? 'sign-in.wrongMail' : 'sign-in.noMailHint'} />
          </p>
        </div>
      )}
      {quarantine && (
        <div className="rt-note rt-dim rt-sm rt-signin-note">
          <IconLock size={16} stroke={1.75} aria-hidden />
          <p>{t(mail ? 'sign-in.mail.kept' : 'sign-in.quarantine')}</p>
        </div>
      )}
    </form>
  )
}

/** Keys and agent were tried by themselves before the question came up; a refused file is what the person is at. */
function firstMethod(methods: readonly Method[], wasFile: boolean): Method {
  if (wasFile && methods.includes('key')) return 'key'
  return methods.includes('password') ? 'password' : (methods[0] ?? 'password')
}

function firstKey(files: readonly string[], failed: string | number | undefined): KeyChoice {
  const file = failed === undefined ? (files[0] ?? '') : String(failed)
  return { file, typed: !files.includes(file) }
}

interface MethodsProps {
  methods: readonly Method[]
  method: Method
  agentOff: boolean
  onChange: (method: Method) => void
}

function Methods({ methods, method, agentOff, onChange }: MethodsProps) {
  const t = useT()
  const option = (value: Method, label: string, icon?: ReactNode, off = false) => (
    <label key={value}>
      <input type="radio" name="method" checked={value === method && !off} disabled={off} onChange={() => onChange(value)} />
      {icon}
      {label}
    </label>
  )
  return (
    <fieldset className="rt-seg" aria-label={t('sign-in.methods')}>
      {methods.includes('password') && option('password', t('sign-in.password'), <IconKey size={14} stroke={1.75} aria-hidden />)}
      {methods.includes('key') && option('key', t('sign-in.keyFile'))}
      {methods.includes('agent') && option('agent', t('sign-in.agent'))}
      {agentOff && option('agent', t('sign-in.agentOff'), <IconLock size={14} stroke={1.75} aria-hidden />, true)}
    </fieldset>
  )
}
