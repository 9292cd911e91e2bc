/** Settings, Providers: accounts, where their secrets are, and which saved server is which machine. Secrets go in and never come out. */
import { Button, Checkbox, Switch } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { AccountState, FoundAccount, ProviderAccount } from '../../shared/provider.js'
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import { api, call } from '../api.js'
import { ProblemText } from '../enter/problem-text.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { Finding } from '../ui/glyphs.js'
import { useAction } from '../ui/use-action.js'
import { AddAccount, SecretsForm } from './add-account.js'
import { Machines } from './machines.js'
import './providers.css'

export function Providers() {
  const t = useT()
  const accounts = useAppPart((app) => app.accounts)
  const vault = useAppPart((app) => app.vault)
  const [adding, setAdding] = useState(false)
  return (
    <div className="rt-providers">
      <p className="rt-dim">{t('accounts.lead')}</p>
      <p className="rt-row rt-top rt-sm">
        <Finding kind={vault.kind === 'safe' ? 'fine' : 'look'} />
        <span>{t(vault.kind === 'safe' ? 'accounts.vault.safe' : `accounts.vault.${vault.reason}`)}</span>
      </p>
      {accounts.length > 0 && (
        <ul className="rt-accounts">
          {accounts.map((one) => (
            <Account key={one.account.id} state={one} />
          ))}
        </ul>
      )}
      <FoundHere accounts={accounts} />
      {adding ? (
        <AddAccount onClose={() => setAdding(false)} />
      ) : (
        <Button className="rt-accounts-add" leftSection={<IconPlus size={16} stroke={1.75} />} onClick={() => setAdding(true)}>
          {t('accounts.add')}
        </Button>
      )}
    </div>
  )
}

function Account({ state: { account, secrets, needs } }: { state: AccountState }) {
  const t = useT()
  const { isBusy, run } = useAction()
  const [sure, setSure] = useState(false)
  const [open, setOpen] = useState(false)
  const [entering, setEntering] = useState(false)
  return (
    <li aria-label={account.label}>
      <div className="rt-row rt-between rt-top">
        <div>
          <h2>{account.label}</h2>
          <p className="rt-dim rt-sm">
            {t(`providers.name.${account.kind}`)}
            {account.kind === 'ovhcloud' && ` · ${account.endpoint}`} · {t(`accounts.secrets.${secrets}`)}
          </p>
        </div>
        <span className="rt-row rt-accounts-ways">
          {secrets !== 'missing' && (
            <Button aria-expanded={open} onClick={() => setOpen(!open)}>
              {t('accounts.machines')}
            </Button>
          )}
          <Button aria-expanded={entering} onClick={() => setEntering(!entering)}>
            {t('accounts.enterSecrets')}
          </Button>
          <Button
            loading={isBusy}
            onBlur={() => setSure(false)}
            onClick={() => (sure ? run(api.accounts.remove({ id: account.id })) : setSure(true))}
          >
            {t(sure ? 'accounts.removeSure' : 'accounts.remove')}
          </Button>
        </span>
      </div>
      {account.kind === 'ovhcloud' && <ReadMail account={account} />}
      {(entering || secrets === 'missing') && <SecretsForm account={account} needs={needs} onDone={() => setEntering(false)} />}
      {open && secrets !== 'missing' && <Machines account={account} />}
    </li>
  )
}

/** The opt-in: off, no mail is read, whatever the key may do. */
export function ReadMail({ account }: { account: Extract<ProviderAccount, { kind: 'ovhcloud' }> }) {
  const t = useT()
  const { isBusy, runAndWait } = useAction()
  const [problem, setProblem] = useState<ProviderProblemInfo>()
  async function change(readMail: boolean) {
    const { id, ...rest } = account
    const answer = await runAndWait(api.accounts.update({ id, account: { ...rest, readMail } }))
    setProblem(answer?.kind === 'problem' ? answer.problem : undefined)
  }
  return (
    <>
      <Switch
        className="rt-accounts-mail"
        size="xs"
        label={t('accounts.readMail')}
        description={t('accounts.readMailHint')}
        checked={account.readMail}
        disabled={isBusy}
        onChange={(event) => void change(event.currentTarget.checked)}
      />
      {problem && <ProblemText problem={problem} provider={account.kind} />}
    </>
  )
}

/** What OVH's own tools use on this computer: imported only when asked. */
function FoundHere({ accounts }: { accounts: readonly AccountState[] }) {
  const t = useT()
  const { isBusy, runAndWait } = useAction()
  const [found, setFound] = useState<FoundAccount>()
  const [readMail, setReadMail] = useState(false)
  const [problem, setProblem] = useState<ProviderProblemInfo>()
  useEffect(() => {
    let gone = false
    void call(api.accounts.findable()).then((answer) => {
      if (!gone) setFound(answer)
    })
    return () => {
      gone = true
    }
  }, [])
  if (!found || found.kind === 'none') return null
  if (found.kind === 'incomplete') {
    return (
      <p className="rt-sm rt-dim">
        {t('accounts.found.incomplete', {
          sources: [...found.sources, ...found.unreadable].join(', '),
          missing: found.missing.join(', ') || t('accounts.found.unreadable'),
        })}
      </p>
    )
  }
  const { account, sources } = found
  const isThere = accounts.some(({ account: one }) => sameAccount(one, account))
  if (isThere) return null
  async function take() {
    const answer = await runAndWait(api.accounts.importFound({ readMail }))
    setProblem(answer?.kind === 'problem' ? answer.problem : undefined)
  }
  return (
    <section className="rt-accounts-found" aria-label={t('accounts.found.title')}>
      <h2>{t('accounts.found.title')}</h2>
      <p className="rt-sm rt-dim">{t('accounts.found.text', { sources: sources.join(', ') })}</p>
      <Checkbox
        size="xs"
        label={t('accounts.readMail')}
        description={t('accounts.readMailHint')}
        checked={readMail}
        onChange={(event) => setReadMail(event.currentTarget.checked)}
      />
      <Button loading={isBusy} onClick={() => void take()}>
        {t('accounts.found.do')}
      </Button>
      {problem && <ProblemText problem={problem} provider={account.kind} />}
    </section>
  )
}

function sameAccount(one: ProviderAccount, other: Extract<FoundAccount, { kind: 'found' }>['account']) {
  if (one.kind !== 'ovhcloud' || other.kind !== 'ovhcloud') return false
  return one.endpoint === other.endpoint && JSON.stringify(one.signIn) === JSON.stringify(other.signIn)
}
