/**
 * 15d: the rescue password that the provider gave. It stays in the core: the page asks for a look at it, and *Use it* answers the
 * server's question there.
 */
import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { IconExternalLink, IconEye, IconEyeOff, IconMail } from '@tabler/icons-react'
import { type ReactNode, useEffect, useState } from 'react'
import type { ProviderAccount, ProviderLink } from '../../shared/provider.js'
import type { CredentialRequest, TerminalSession } from '../../shared/terminal-session.js'
import type { RescuePasswordState, VisitState } from '../../shared/visit.js'
import { api, attempt } from '../api.js'
import { bridge } from '../bridge.js'
import { ConsoleButton, hasConsole } from '../enter/console-button.js'
import { ProblemText, providerName } from '../enter/problem-text.js'
import { useT } from '../i18n.js'
import { ReadMail } from '../settings/providers.js'
import { useFormat } from '../ui/format.js'
import { Finding } from '../ui/glyphs.js'
import { useAction } from '../ui/use-action.js'

interface FoundProps {
  visit: string
  password: RescuePasswordState
  account: ProviderAccount | undefined
  link: ProviderLink | undefined
  session: TerminalSession
  request: CredentialRequest
  failed: ReactNode
  onType: () => void
  onCancel: () => void
}

export function FoundPassword({ visit, password, account, link, session, request, failed, onType, onCancel }: FoundProps) {
  const t = useT()
  const { isBusy, run } = useAction()
  return (
    <>
      <Origin password={password} account={account} />
      <h3 className="rt-signin-label">{t('sign-in.rescuePassword')}</h3>
      <Hidden visit={visit} />
      {failed}
      <p className="rt-dim rt-sm rt-signin-hint">
        <Source password={password} /> <OtherUser password={password} request={request} />
      </p>
      <div className="rt-row rt-signin-buttons">
        <Button
          size="sm"
          variant="filled"
          data-autofocus
          loading={isBusy}
          onClick={() => run(api.visit.usePassword({ id: visit, sessionId: session.id, requestId: request.id }))}
        >
          {t('sign-in.mail.use')}
        </Button>
        <Button size="sm" onClick={onType}>
          {t('sign-in.mail.type')}
        </Button>
        <Button size="sm" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
      </div>
      {hasConsole(link) && (
        <div className="rt-signin-help">
          <ConsoleSource visit={visit} link={link} />
        </div>
      )}
    </>
  )
}

/** Dots, until a person asks to see it; it leaves the page when it is hidden again. */
function Hidden({ visit }: { visit: string }) {
  const t = useT()
  const { isBusy, runAndWait } = useAction()
  const [shown, setShown] = useState<string>()
  const toggle = t(shown === undefined ? 'sign-in.show' : 'sign-in.hide')
  async function change() {
    if (shown !== undefined) return setShown(undefined)
    setShown((await runAndWait(api.visit.revealPassword({ id: visit })))?.password)
  }
  return (
    <div className="rt-signin-found rt-mono">
      <span className="rt-grow">{shown ?? '••••••••••••'}</span>
      <Tooltip label={toggle}>
        <ActionIcon aria-label={toggle} aria-pressed={shown !== undefined} disabled={isBusy} onClick={() => void change()}>
          {shown === undefined ? <IconEye size={14} stroke={1.75} /> : <IconEyeOff size={14} stroke={1.75} />}
        </ActionIcon>
      </Tooltip>
    </div>
  )
}

/** The account it came from, and its mails with the reason for or against each. */
function Origin({ password, account }: { password: RescuePasswordState | undefined; account: ProviderAccount | undefined }) {
  const t = useT()
  const format = useFormat()
  if (!account) return null
  const { mails = [], byMail } = password ?? {}
  const newest = mails.toSorted((a, b) => b.at.localeCompare(a.at))
  const provider = providerName(account.kind, t)
  return (
    <section className="rt-signin-account">
      <h2 className="rt-row">
        {byMail && <IconMail size={16} stroke={1.75} aria-hidden />}
        {account.label === provider
          ? t('sign-in.provider.onlyAccount', { provider })
          : t('sign-in.provider.account', { provider, account: account.label })}
      </h2>
      {mails.length > 0 && account.kind === 'ovhcloud' && <p className="rt-dim rt-sm">{t('sign-in.provider.optedIn')}</p>}
      {mails.length > 0 && (
        <ul className="rt-signin-mails" aria-label={t('sign-in.provider.mails')}>
          {newest.map(({ id, at, subject, verdict }) => (
            <li key={id} className={verdict === 'match' ? '' : 'rt-dim'}>
              <Finding kind={verdict === 'match' ? 'fine' : 'todo'} />
              <span className="rt-num">{format.time(at)}</span>
              <span>
                {subject}
                <span className="rt-sm">{t(`sign-in.provider.verdict.${verdict}`)}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function Source({ password: { source, foundAt, mails } }: { password: RescuePasswordState }) {
  const t = useT()
  const format = useFormat()
  const match = mails.find(({ verdict }) => verdict === 'match')
  const at = foundAt ? format.time(foundAt) : ''
  const where = match && (source === 'secret' || source === 'mail') ? (`${source}Of` as const) : (source ?? 'server')
  return (
    <>
      {t(`sign-in.provider.source.${where}`, { at, time: match ? format.time(match.at) : '' })} {t('sign-in.provider.forgotten')}
    </>
  )
}

/** Said where somebody else signs in than was asked for. */
export function OtherUser({ password: { user }, request }: { password: RescuePasswordState; request: CredentialRequest }) {
  const t = useT()
  return user && user !== request.user ? t('sign-in.provider.otherUser', { user }) : null
}

function ConsoleSource({ visit, link }: { visit: string; link: ProviderLink | undefined }) {
  const t = useT()
  return (
    <>
      <p className="rt-dim rt-sm">{t('sign-in.provider.another')}</p>
      <ConsoleButton visit={visit} link={link} />
    </>
  )
}

/** Looks by itself: nothing of the account is read that was not allowed. Allowing the mails is one more reason to look. */
export function usePasswordSearch(visit: VisitState | undefined, account: ProviderAccount | undefined) {
  const id = account && visit?.id
  const { phase, byMail } = visit?.password ?? {}
  const reads = byMail && account?.kind === 'ovhcloud' && account.readMail
  useEffect(() => {
    if (id !== undefined && (phase === undefined || (phase === 'by-hand' && reads))) void attempt(api.visit.findPassword({ id }))
  }, [id, phase, reads])
}

interface SearchProps {
  visit: string
  password: RescuePasswordState | undefined
  account: ProviderAccount
  link: ProviderLink
}

/** Below the field, while nothing was found: what the provider says so far, and what else can be done there. */
export function PasswordSearch({ visit, password, account, link }: SearchProps) {
  const t = useT()
  const { isBusy, run } = useAction()
  const phase = password?.phase
  const again = (
    <Button loading={isBusy} onClick={() => run(api.visit.findPassword({ id: visit }))}>
      {t('sign-in.provider.again')}
    </Button>
  )
  const provider = providerName(account.kind, t)
  return (
    <div className="rt-signin-help rt-signin-search">
      <Origin password={password} account={account} />
      <div role="status">
        {phase === 'looking' && (
          <p className="rt-row">
            <Finding kind="running" />
            {t('sign-in.provider.looking', { provider })}
          </p>
        )}
        {phase === 'account-keys' && <p>{t('sign-in.provider.accountKeys', { provider })}</p>}
        {phase === 'timed-out' && <p>{t('sign-in.provider.timedOut')}</p>}
        {phase === 'failed' && password?.problem && <ProblemText problem={password.problem} provider={account.kind} />}
        {phase === 'link' && <p>{t('sign-in.mail.linkText')}</p>}
      </div>
      {phase === 'link' && password?.link && <LinkButton href={password.link} />}
      {(phase === 'timed-out' || phase === 'failed') && again}
      {password?.byMail && account.kind === 'ovhcloud' && <ReadMail account={account} />}
      {hasConsole(link) && <ConsoleSource visit={visit} link={link} />}
    </div>
  )
}

function LinkButton({ href }: { href: string }) {
  const t = useT()
  return (
    <Button leftSection={<IconExternalLink size={16} stroke={1.75} />} onClick={() => bridge.openExternal(href)}>
      {t('sign-in.mail.open')}
    </Button>
  )
}
