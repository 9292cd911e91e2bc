/** The tab of a server on its way into rescue: the question (15a), the way by hand, the progress (15b), a refusal. */
import { Button, Loader, Select } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { ProviderLink } from '../../shared/provider.js'
import { manualWays } from '../../shared/provider-names.js'
import type { ServerState } from '../../shared/server.js'
import type { EnterPreview } from '../../shared/visit.js'
import { closeTab } from '../actions.js'
import { api, call } from '../api.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { ErrorText } from '../ui/error-text.js'
import { showError } from '../ui/notify.js'
import { ManualSteps, PanelButton } from './by-hand.js'
import { Confirm } from './confirm.js'
import './enter.css'
import { ProblemText, providerName } from './problem-text.js'
import { Progress } from './progress.js'
import { endFollowing, enter, isUnderWay, loadPreview, type Method, useAttempt, useEnteringOf } from './store.js'
import { connectIn } from './use-entered.js'

export function EnterPage({ tabKey, serverId }: { tabKey: string; serverId: string }) {
  const server = useAppPart((app) => app.servers.find((one) => one.id === serverId))
  // Another link is another machine to ask about.
  const link = JSON.stringify(server?.provider)
  const isGone = server === undefined
  useEffect(() => {
    if (isGone) closeTab(tabKey)
    else void loadPreview(serverId)
  }, [isGone, tabKey, serverId, link])
  return server ? <Page tabKey={tabKey} server={server} /> : null
}

function Page({ tabKey, server }: { tabKey: string; server: ServerState }) {
  const t = useT()
  const attempt = useAttempt(server.id)
  const entering = useEnteringOf(server)
  const failure = attempt?.isFollowed && entering?.phase === 'failed' ? entering.problem : undefined
  if (isUnderWay(entering)) return <Progress tabKey={tabKey} server={server} entering={entering} />
  if (!attempt) return null
  const { method, preview, error } = attempt
  const problem = method === 'api' ? (failure ?? preview?.problem) : undefined
  if (problem) {
    const provider = preview?.provider
    return (
      <div className="rt-page rt-enter">
        <h1>{t('enter.refused', { provider: providerName(provider, t), server: server.name })}</h1>
        <div className="rt-enter-text" role="alert">
          <ProblemText problem={problem} provider={provider} changed />
        </div>
        <div className="rt-row rt-enter-ways">
          <Button size="sm" data-autofocus onClick={() => void again(server.id)}>
            {t('common.tryAgain')}
          </Button>
          <Button size="sm" onClick={() => void connectIn(tabKey, server.id)}>
            {t('enter.have')}
          </Button>
        </div>
      </div>
    )
  }
  if (error) {
    return (
      <div className="rt-page rt-enter">
        <div role="alert">
          <ErrorText error={error} />
        </div>
        <Button size="sm" mt={16} data-autofocus onClick={() => void loadPreview(server.id)}>
          {t('common.tryAgain')}
        </Button>
      </div>
    )
  }
  if (!preview) {
    return (
      <div className="rt-page rt-row rt-top" role="status">
        <Loader className="rt-spin" size={14} mt={3} />
        {t('enter.asking')}
      </div>
    )
  }
  if (method === 'api' && preview.capabilities) {
    return (
      <div className="rt-fill rt-enter-behind">
        <Confirm server={server} preview={preview} capabilities={preview.capabilities} onCancel={() => closeTab(tabKey)} />
      </div>
    )
  }
  return method === 'already' ? <Already server={server} /> : <ByHand server={server} preview={preview} />
}

async function again(serverId: string) {
  endFollowing(serverId)
  await loadPreview(serverId)
}

function ByHand({ server, preview }: { server: ServerState; preview: EnterPreview }) {
  const t = useT()
  const { manual } = preview
  const name = t(`providers.manual.${manual.id}.name`)
  return (
    <div className="rt-page rt-enter">
      <h1>{t('enter.handTitle', { server: server.name })}</h1>
      <p className="rt-dim">{t('enter.handText')}</p>
      {server.provider?.kind !== 'account' && (
        <Select
          className="rt-enter-provider"
          size="sm"
          label={t('enter.which')}
          allowDeselect={false}
          value={manual.id}
          data={manualWays.map((way) => ({ value: way, label: t(`providers.manual.${way}.name`) }))}
          onChange={(way) => {
            const link = { kind: 'by-hand', way } as ProviderLink
            if (way) void call(api.servers.link({ id: server.id, link }))
          }}
        />
      )}
      <ManualSteps way={manual} />
      <p className="rt-sm rt-dim">{t('enter.passwordWhere', { where: t(`providers.password.${manual.password}`) })}</p>
      <p className="rt-sm rt-dim">{t(`providers.stickiness.${manual.stickiness}`)}</p>
      <div className="rt-row rt-enter-ways">
        <PanelButton way={manual}>{t('enter.openSite', { name })}</PanelButton>
        <Begin server={server} method="by-hand">
          {t('enter.waitFor')}
        </Begin>
      </div>
    </div>
  )
}

function Already({ server }: { server: ServerState }) {
  const t = useT()
  return (
    <div className="rt-page rt-enter">
      <h1>{t('enter.alreadyTitle', { server: server.name })}</h1>
      <p className="rt-dim">{t('enter.alreadyLead')}</p>
      <div className="rt-row rt-enter-ways">
        <Begin server={server} method="already">
          {t('enter.look')}
        </Begin>
      </div>
    </div>
  )
}

function Begin({ server, method, children }: { server: ServerState; method: Method; children: string }) {
  const [isBusy, setBusy] = useState(false)
  async function begin() {
    setBusy(true)
    const error = await enter(server.id, method)
    setBusy(false)
    if (error) showError(error)
  }
  return (
    <Button variant="filled" data-autofocus loading={isBusy} onClick={() => void begin()}>
      {children}
    </Button>
  )
}
