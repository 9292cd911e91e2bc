/** What was recognised in a pasted e-mail, for a yes or no: underlined in the text, and in rows with what can be said about it. */
import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { IconClipboard, IconClipboardCheck, IconExternalLink, IconEye, IconEyeOff } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import { barePassword, mailServer, type RescueMail, readRescueMail } from '../../shared/rescue-mail.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { visitId } from '../../shared/visit-id.js'
import { api } from '../api.js'
import { bridge } from '../bridge.js'
import { ProblemText } from '../enter/problem-text.js'
import { useT } from '../i18n.js'
import { useIntervention } from '../state.js'
import { useFormat } from '../ui/format.js'
import { Finding, type FindingKind } from '../ui/glyphs.js'
import { useAction } from '../ui/use-action.js'
import { mailParts } from './mail-parts.js'

interface MailViewProps {
  mail: RescueMail
  session: TerminalSession
  onUse: (password: string) => void
  onMail: (mail: RescueMail | undefined) => void
  onPassword: (password: string) => void
  /** The core has fetched the secret behind the link; it is shown in the form's place. */
  onFetched: () => void
}

const dayMs = 86_400_000

export function MailView({ mail, session, onUse, onMail, onPassword, onFetched }: MailViewProps) {
  const t = useT()
  const { isBusy, runAndWait } = useAction()
  const [refused, setRefused] = useState<ProviderProblemInfo | 'browser-only'>()
  const [index, setIndex] = useState(0)
  const [shown, setShown] = useState(false)
  const password = mail.passwords[index % Math.max(1, mail.passwords.length)]
  const isOther = mailServer(mail, session) === 'other'
  const toggle = t(shown ? 'sign-in.hide' : 'sign-in.show')
  async function fetchSecret({ host, id: secret }: NonNullable<RescueMail['link']>) {
    const id = visitId(session.host, session.port)
    const answer = await runAndWait(api.visit.redeemLink({ id, host, secret, ...(mail.user ? { user: mail.user.value } : {}) }))
    if (answer?.kind === 'ok' && answer.value) onFetched()
    else if (answer) setRefused(answer.kind === 'ok' ? 'browser-only' : answer.problem)
  }
  async function pasteAgain() {
    const text = await bridge.readClipboard()
    const bare = barePassword(text)
    if (bare !== undefined) onPassword(bare)
    onMail(bare === undefined && text.trim() ? readRescueMail(text) : undefined)
  }
  return (
    <div className="rt-mail">
      <h2 className="rt-row">
        <IconClipboardCheck size={16} stroke={1.75} aria-hidden />
        {t('sign-in.mail.title')}
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long mails are scrolled by arrows */}
      <section className="rt-mail-text" tabIndex={0} aria-label={t('sign-in.mail.text')}>
        {mailParts(mail).map(({ at, text, kind }) => (kind === 'plain' ? text : <b key={at}>{text}</b>))}
      </section>
      <dl className="rt-mail-rows">
        <Facts mail={mail} session={session} />
        <Row kind={password || !mail.link ? (password ? 'person' : 'look') : 'person'} name={t('sign-in.mail.password')}>
          {password && (
            <div className="rt-row">
              <span className="rt-mono">{shown ? password.value : '••••••••'}</span>
              <Tooltip label={toggle}>
                <ActionIcon aria-label={toggle} aria-pressed={shown} onClick={() => setShown(!shown)}>
                  {shown ? <IconEyeOff size={14} stroke={1.75} /> : <IconEye size={14} stroke={1.75} />}
                </ActionIcon>
              </Tooltip>
              <span className="rt-dim rt-sm">{t('sign-in.mail.found', { n: [...password.value].length })}</span>
              {mail.passwords.length > 1 && (
                <>
                  <span className="rt-dim rt-sm">
                    {t('sign-in.mail.oneOf', { i: (index % mail.passwords.length) + 1, n: mail.passwords.length })}
                  </span>
                  <button type="button" className="rt-plain rt-link rt-focus" onClick={() => setIndex(index + 1)}>
                    {t('sign-in.mail.next')}
                  </button>
                </>
              )}
            </div>
          )}
          {!password && mail.link && (
            <>
              <b>{t('sign-in.mail.link', { host: mail.link.host })}</b>
              <div className="rt-dim rt-sm">{t('sign-in.mail.linkText')}</div>
            </>
          )}
          {!password && !mail.link && t('sign-in.mail.none')}
        </Row>
      </dl>
      <div className="rt-row rt-signin-buttons">
        {password && (
          <Button size="sm" variant={isOther ? 'default' : 'filled'} {...focusIf(!isOther)} onClick={() => onUse(password.value)}>
            {t('sign-in.mail.use')}
          </Button>
        )}
        {mail.link && (
          <Button
            size="sm"
            variant={password ? 'default' : 'filled'}
            {...focusIf(!password)}
            loading={isBusy}
            onClick={() => mail.link && void fetchSecret(mail.link)}
          >
            {t('sign-in.mail.get')}
          </Button>
        )}
        {mail.link && (
          <Button
            size="sm"
            leftSection={<IconExternalLink size={16} stroke={1.75} />}
            onClick={() => mail.link && bridge.openExternal(mail.link.value)}
          >
            {t('sign-in.mail.open')}
          </Button>
        )}
      </div>
      {refused && (
        <div className="rt-signin-hint" role="alert">
          {refused === 'browser-only' ? t('sign-in.mail.browserOnly') : <ProblemText problem={refused} provider="ovhcloud" />}
        </div>
      )}
      <div className="rt-row rt-mail-wrong">
        <span className="rt-dim rt-sm rt-grow">{t('sign-in.mail.wrong')}</span>
        <Button
          leftSection={<IconClipboard size={16} stroke={1.75} />}
          {...focusIf(isOther || (!password && !mail.link))}
          onClick={pasteAgain}
        >
          {t('sign-in.mail.again')}
        </Button>
        <Button onClick={() => onMail(undefined)}>{t('sign-in.mail.type')}</Button>
      </div>
    </div>
  )
}

/** The view takes the place of the field a person was in: the focus goes on to the button that comes next. */
const focusIf = (yes: boolean) => (yes ? { autoFocus: true, 'data-autofocus': true } : {})

/** Server, date and user, each with what it says about this session. */
function Facts({ mail, session }: { mail: RescueMail; session: TerminalSession }) {
  const t = useT()
  const format = useFormat()
  const intervention = useIntervention(session.interventionId)
  const server = mailServer(mail, session)
  const names = [...mail.names, ...mail.addresses].map(({ value }) => value)
  const isOld = mail.date && intervention && new Date(intervention.since).getTime() - new Date(mail.date.value).getTime() > dayMs
  return (
    <>
      <Row kind={server === 'other' || server === 'unknown' ? 'look' : 'fine'} name={t('sign-in.mail.server')}>
        {t(`sign-in.mail.${server}`, { names: names.slice(0, 3).join(', ') })}
      </Row>
      {mail.date && (
        <Row kind={isOld ? 'look' : 'fine'} name={t('sign-in.mail.date')}>
          {t(isOld ? 'sign-in.mail.dateOld' : 'sign-in.mail.dateOk', {
            time: `${format.date(mail.date.value)} ${format.time(mail.date.value)}`,
          })}
        </Row>
      )}
      {mail.user && mail.user.value !== session.user && session.user && (
        <Row kind="look" name={t('sign-in.mail.user')}>
          {t('sign-in.mail.userOther', { user: mail.user.value, mine: session.user })}
        </Row>
      )}
    </>
  )
}

function Row({ kind, name, children }: { kind: FindingKind; name: string; children: ReactNode }) {
  return (
    <div>
      <dt>
        <Finding kind={kind} />
        {name}
      </dt>
      <dd>{children}</dd>
    </div>
  )
}
