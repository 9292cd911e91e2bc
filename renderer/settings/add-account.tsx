/** An account of a provider, and its secrets. They live in this form until the core has them, and are cleared then. */
import { Button, Checkbox, PasswordInput, Select, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { NewAccount, OvhEndpoint, ProviderAccount, ProviderKind, SecretField, Secrets } from '../../shared/provider.js'
import { ovhEndpoints, providerKinds } from '../../shared/provider-names.js'
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import { api } from '../api.js'
import { NewKey } from '../enter/new-key.js'
import { ProblemText } from '../enter/problem-text.js'
import { useT } from '../i18n.js'
import { useAction } from '../ui/use-action.js'

type OvhSignIn = 'keys' | 'oauth2'
/** Sites that know application keys only. */
const hasOauth = (endpoint: OvhEndpoint) => endpoint.startsWith('ovh-')

const neededFields = (kind: ProviderKind, signIn: OvhSignIn): SecretField[] => {
  switch (kind) {
    case 'hetzner-cloud':
      return ['token']
    case 'hetzner-robot':
      return ['password']
    case 'scaleway':
      return ['secretKey']
    case 'ovhcloud':
      return signIn === 'keys' ? ['applicationSecret', 'consumerKey'] : ['clientSecret']
  }
}

export function AddAccount({ onClose }: { onClose: () => void }) {
  const t = useT()
  const { isBusy, runAndWait } = useAction()
  const [kind, setKind] = useState<ProviderKind>('ovhcloud')
  const [label, setLabel] = useState('')
  const [endpoint, setEndpoint] = useState<OvhEndpoint>('ovh-eu')
  const [chosen, setSignIn] = useState<OvhSignIn>('keys')
  const [name, setName] = useState('')
  const [readMail, setReadMail] = useState(false)
  const [secrets, setSecrets] = useState<Secrets>({})
  const [problem, setProblem] = useState<ProviderProblemInfo>()
  const signIn = hasOauth(endpoint) ? chosen : 'keys'
  const needs = neededFields(kind, signIn)
  const hasName = kind === 'ovhcloud' || kind === 'hetzner-robot'
  const isReady = needs.every((field) => secrets[field]?.trim()) && (!hasName || name.trim() !== '')

  function account(): NewAccount {
    const common = { label: label.trim() || t(`providers.name.${kind}`) }
    switch (kind) {
      case 'ovhcloud': {
        const how = signIn === 'keys' ? { kind: 'keys', applicationKey: name } : { kind: 'oauth2', clientId: name }
        return { kind, ...common, endpoint, readMail, signIn: how as Extract<NewAccount, { kind: 'ovhcloud' }>['signIn'] }
      }
      case 'hetzner-robot':
        return { kind, ...common, user: name }
      default:
        return { kind, ...common }
    }
  }
  async function save(event: FormEvent) {
    event.preventDefault()
    setProblem(undefined)
    const answer = await runAndWait(api.accounts.add({ account: account(), secrets: pick(secrets, needs) }))
    if (answer?.kind === 'problem') return setProblem(answer.problem)
    if (!answer) return
    setSecrets({})
    onClose()
  }

  return (
    <form className="rt-account-form" onSubmit={save} aria-label={t('accounts.add')}>
      <h2>{t('accounts.add')}</h2>
      <Select
        size="sm"
        label={t('accounts.provider')}
        allowDeselect={false}
        data-autofocus
        value={kind}
        data={providerKinds.map((one) => ({ value: one, label: t(`providers.name.${one}`) }))}
        onChange={(value) => {
          if (!value) return
          setKind(value as ProviderKind)
          setName('')
          setSecrets({})
          setProblem(undefined)
        }}
      />
      {kind === 'ovhcloud' && (
        <>
          <Select
            size="sm"
            label={t('accounts.endpoint')}
            allowDeselect={false}
            value={endpoint}
            data={[...ovhEndpoints]}
            onChange={(value) => value && setEndpoint(value as OvhEndpoint)}
          />
          {hasOauth(endpoint) && (
            <Select
              size="sm"
              label={t('accounts.signIn.label')}
              allowDeselect={false}
              value={signIn}
              data={[
                { value: 'keys', label: t('accounts.signIn.keys') },
                { value: 'oauth2', label: t('accounts.signIn.oauth2') },
              ]}
              onChange={(value) => value && setSignIn(value as OvhSignIn)}
            />
          )}
          <Checkbox
            size="xs"
            label={t('accounts.readMail')}
            description={t('accounts.readMailHint')}
            checked={readMail}
            onChange={(event) => setReadMail(event.currentTarget.checked)}
          />
          {signIn === 'keys' && (
            <div className="rt-row rt-top">
              <NewKey endpoint={endpoint} readMail={readMail} />
              <p className="rt-dim rt-sm">{t('accounts.newKeyHint')}</p>
            </div>
          )}
        </>
      )}
      <p className="rt-dim rt-sm">{t(`accounts.where.${kind}`)}</p>
      {hasName && (
        <TextInput
          size="sm"
          label={t(
            kind === 'hetzner-robot'
              ? 'accounts.field.user'
              : signIn === 'keys'
                ? 'accounts.field.applicationKey'
                : 'accounts.field.clientId',
          )}
          classNames={{ input: 'rt-mono' }}
          autoComplete="off"
          spellCheck={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <SecretFields needs={needs} secrets={secrets} onChange={setSecrets} />
      <TextInput
        size="sm"
        label={t('accounts.label')}
        description={t('accounts.labelHint')}
        placeholder={t(`providers.name.${kind}`)}
        maxLength={100}
        autoComplete="off"
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      {problem && (
        <div role="alert">
          <ProblemText problem={problem} provider={kind} />
        </div>
      )}
      <div className="rt-row">
        <Button type="submit" variant="filled" disabled={!isReady} loading={isBusy}>
          {t('accounts.save')}
        </Button>
        <Button onClick={onClose}>{t('common.cancel')}</Button>
      </div>
    </form>
  )
}

interface SecretsFormProps {
  account: ProviderAccount
  needs: readonly SecretField[]
  onDone: () => void
}

/** The secrets of an account that is there: asked again where they were not kept, or replaced. */
export function SecretsForm({ account, needs, onDone }: SecretsFormProps) {
  const t = useT()
  const { isBusy, run } = useAction()
  const [secrets, setSecrets] = useState<Secrets>({})
  function save(event: FormEvent) {
    event.preventDefault()
    function forget() {
      setSecrets({})
      onDone()
    }
    run(api.accounts.setSecrets({ id: account.id, secrets: pick(secrets, needs) }).then(forget))
  }
  return (
    <form className="rt-account-form" onSubmit={save} aria-label={t('accounts.enterSecrets')}>
      <SecretFields needs={needs} secrets={secrets} onChange={setSecrets} />
      <div className="rt-row">
        <Button type="submit" variant="filled" disabled={!needs.every((field) => secrets[field]?.trim())} loading={isBusy}>
          {t('accounts.save')}
        </Button>
      </div>
    </form>
  )
}

const pick = (secrets: Secrets, needs: readonly SecretField[]): Secrets =>
  Object.fromEntries(needs.map((field) => [field, secrets[field] ?? '']))

interface FieldsProps {
  needs: readonly SecretField[]
  secrets: Secrets
  onChange: (secrets: Secrets) => void
}

function SecretFields({ needs, secrets, onChange }: FieldsProps) {
  const t = useT()
  return needs.map((field) => (
    <PasswordInput
      key={field}
      label={t(`accounts.field.${field}`)}
      classNames={{ innerInput: 'rt-mono' }}
      autoComplete="off"
      visibilityToggleButtonProps={{ 'aria-label': t('sign-in.show') }}
      value={secrets[field] ?? ''}
      onChange={(event) => onChange({ ...secrets, [field]: event.currentTarget.value })}
    />
  ))
}
