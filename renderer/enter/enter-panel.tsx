/** The panel beside: how rescue is to be started, what was noted before the restart, and the ways on after a refusal (08a). */
import { ActionIcon, Button, Radio } from '@mantine/core'
import { IconAlertCircle, IconFileText, IconLayoutSidebarRightCollapse } from '@tabler/icons-react'
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import type { ServerState } from '../../shared/server.js'
import type { EnteringState } from '../../shared/visit.js'
import { showSettings, togglePanel } from '../actions.js'
import { useT } from '../i18n.js'
import '../rescue/rescue.css'
import { Stepper } from '../rescue/stepper.js'
import { useAppPart } from '../state.js'
import { useFormat, useNow } from '../ui/format.js'
import { Finding } from '../ui/glyphs.js'
import { ManualSteps, PanelButton } from './by-hand.js'
import './enter.css'
import { NewKey } from './new-key.js'
import { ProblemText, providerName } from './problem-text.js'
import { chooseMethod, isUnderWay, type Method, useAttempt, useEnteringOf } from './store.js'
import { useAccount } from './use-account.js'

export function EnterPanel({ serverId }: { serverId: string }) {
  const server = useAppPart((app) => app.servers.find((one) => one.id === serverId))
  return server ? <Panel server={server} /> : null
}

function Panel({ server }: { server: ServerState }) {
  const t = useT()
  const attempt = useAttempt(server.id)
  const entering = useEnteringOf(server)
  const preview = attempt?.preview
  const problem = (attempt?.isFollowed && entering?.phase === 'failed' && entering.problem) || preview?.problem
  return (
    <>
      <div className="rt-panel-head">
        <div className="rt-grow">
          <h2 className="rt-trunc">{server.name}</h2>
          <div className="rt-dim rt-sm rt-trunc">
            {server.provider?.kind === 'account' && preview
              ? t(preview.problem ? 'enter.noApi' : 'enter.byApi', { name: t(`providers.manual.${preview.manual.id}.name`) })
              : server.target}
          </div>
        </div>
        <ActionIcon aria-label={t('rescue.panel.hide')} onClick={togglePanel}>
          <IconLayoutSidebarRightCollapse size={14} stroke={1.75} />
        </ActionIcon>
      </div>
      <Stepper step="enter" ticked={[]} session={undefined} intervention={undefined} visit={undefined} />
      <div className="rt-panel-body">
        {isUnderWay(entering) ? (
          <Noted entering={entering} />
        ) : (
          <>
            {problem && <Refused server={server} problem={problem} entering={entering} />}
            <How server={server} method={attempt?.method ?? 'by-hand'} />
          </>
        )}
      </div>
    </>
  )
}

function How({ server, method }: { server: ServerState; method: Method }) {
  const t = useT()
  const account = useAccount(server.provider)
  const preview = useAttempt(server.id)?.preview
  const way = preview?.manual.id ?? 'other'
  const opensByKey = preview?.capabilities?.credentials === 'account-keys'
  const site = account ? providerName(account.kind, t) : way === 'other' ? t('enter.provider') : t(`providers.manual.${way}.name`)
  const option = (value: Method, label: string, description: string, off = false) => (
    <Radio
      size="xs"
      name="rt-how"
      label={label}
      description={description}
      checked={method === value}
      disabled={off}
      onChange={() => chooseMethod(server.id, value)}
    />
  )
  return (
    <>
      <h2 id="rt-how">{t('enter.how')}</h2>
      <div className="rt-enter-how" role="radiogroup" aria-labelledby="rt-how">
        {option(
          'api',
          t('enter.api'),
          account ? t(opensByKey ? 'enter.apiKeys' : 'enter.apiText', { provider: providerName(account.kind, t) }) : t('enter.apiNone'),
          !account,
        )}
        {option('by-hand', t('enter.hand', { name: site }), t('enter.handText'))}
        {option('already', t('enter.already'), t('enter.alreadyText'))}
      </div>
      {!account && (
        <Button className="rt-enter-link" onClick={() => showSettings('providers')}>
          {t('enter.linkIt')}
        </Button>
      )}
    </>
  )
}

function Noted({ entering }: { entering: EnteringState }) {
  const t = useT()
  const format = useFormat()
  const now = useNow(1000)
  const { notedKeys, bootBefore, startedAt, method, isOverdue } = entering
  const overdueAt = new Date(Date.parse(startedAt) + overdueMs).toISOString()
  return (
    <>
      <h2>{t('rescue.step.enter')}</h2>
      <ul className="rt-leave">
        <li>
          <Finding kind={notedKeys ? 'fine' : 'look'} />
          <span>{t('enter.noted', { n: notedKeys })}</span>
        </li>
        {bootBefore && (
          <li>
            <Finding kind="fine" />
            <span>{t('enter.bootBefore', { boot: bootBefore })}</span>
          </li>
        )}
        <li>
          <Finding kind="running" />
          <b>{t(method === 'api' ? 'enter.restart' : 'enter.waiting')}</b>
          <span className="rt-dim rt-sm rt-num" aria-live="off">
            {format.clock(now.getTime() - Date.parse(startedAt))}
          </span>
        </li>
        {!isOverdue && (
          <li className="rt-dim">
            <Finding kind="todo" />
            <span>{t('enter.afterThat', { time: format.time(overdueAt) })}</span>
          </li>
        )}
      </ul>
      <div className="rt-note rt-dim rt-sm">
        <IconFileText className="rt-i" size={16} stroke={1.75} aria-hidden />
        <p>{t('rescue.wait.panelNote')}</p>
      </div>
    </>
  )
}

/** As the core has it (entering.ts): a rescue start takes 2–4 minutes. */
const overdueMs = 10 * 60_000

interface RefusedProps {
  server: ServerState
  problem: ProviderProblemInfo
  entering: EnteringState | undefined
}

function Refused({ server, problem, entering }: RefusedProps) {
  const t = useT()
  const account = useAccount(server.provider)
  const manual = useAttempt(server.id)?.preview?.manual ?? entering?.manual
  return (
    <>
      <div className="rt-enter-refused">
        <IconAlertCircle className="rt-i rt-bright" size={16} stroke={1.75} aria-hidden />
        <ProblemText problem={problem} provider={account?.kind} changed />
      </div>
      {problem.problem === 'not-granted' && account?.kind === 'ovhcloud' && (
        <section>
          <h3>{t('enter.giveRight')}</h3>
          <p className="rt-dim rt-sm rt-enter-right">{t('enter.giveRightText', { right: String(problem.data.right ?? '?') })}</p>
          <NewKey endpoint={account.endpoint} readMail={account.readMail} />
        </section>
      )}
      {manual && (
        <section>
          <h3>{t('enter.orHand', { name: t(`providers.manual.${manual.id}.name`) })}</h3>
          <ManualSteps way={manual} />
          <PanelButton way={manual} />
        </section>
      )}
    </>
  )
}
