/** An item of the checklist that is a person's turn: what is wrong or waited for, and every way on. */
import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useState } from 'react'
import { findingText } from '../../shared/findings/text.js'
import type { Intervention } from '../../shared/intervention.js'
import type { LeavingItem, LeavingState, SkipReason, VisitState } from '../../shared/visit.js'
import { showIntervention } from '../actions.js'
import { api } from '../api.js'
import { ManualSteps, PanelButton } from '../enter/by-hand.js'
import { ProblemText } from '../enter/problem-text.js'
import { useAccount } from '../enter/use-account.js'
import { useLanguage, useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { typeInto } from '../terminal/live-terminals.js'
import { ErrorText } from '../ui/error-text.js'
import { Rich } from '../ui/rich.js'
import { useAction } from '../ui/use-action.js'

interface TurnProps {
  item: LeavingItem
  label: string
  visit: VisitState
  leaving: LeavingState
  intervention: Intervention
  onRepair: () => Promise<void>
}

export function LeavingTurn({ item, label, visit, leaving, intervention, onRepair }: TurnProps) {
  const t = useT()
  const link = useAppPart((app) => app.servers.find((one) => one.interventionId === intervention.id)?.provider)
  const account = useAccount(link)
  const { isBusy, run } = useAction()
  const { id } = visit
  const goOn = (words: string, primary = true) => (
    <Button
      variant={primary ? 'filled' : 'default'}
      loading={isBusy}
      {...(primary ? { 'data-autofocus': true } : {})}
      onClick={() => run(api.visit.goOn({ id, item: item.id }))}
    >
      {words}
    </Button>
  )
  if (item.state === 'waits') {
    switch (item.id) {
      case 'unmount':
        return <InUse item={item} label={label} />
      case 'boot-mode':
        return (
          <div>
            <b>{t('leave.bootByHand')}</b>
            <ManualSteps way={leaving.manual} />
            <div className="rt-row rt-leave-ways">
              <PanelButton way={leaving.manual} />
              {goOn(t('leave.bootDone'))}
            </div>
          </div>
        )
      case 'reboot':
        return (
          <div>
            <b>{t('leave.restartNow')}</b>
            <p className="rt-sm">{t(visit.isConnected ? 'leave.restartText' : 'leave.noConnection')}</p>
            <div className="rt-row rt-leave-ways">
              <Button
                variant="filled"
                data-autofocus
                loading={isBusy}
                disabled={!visit.isConnected}
                onClick={() => run(api.visit.restart({ id }))}
              >
                {t('leave.restart')}
              </Button>
              {goOn(t('leave.restarted'), false)}
            </div>
          </div>
        )
      default:
        return (
          <div>
            <b>{t('rescue.attn.panel', { n: intervention.attention.length })}</b>
            <p className="rt-sm">{t('rescue.attn.panelText')}</p>
            <div className="rt-row rt-leave-ways">
              <Button variant="filled" onClick={() => showIntervention(intervention)}>
                {t('rescue.banner.decide')}
              </Button>
            </div>
          </div>
        )
    }
  }
  const isCheck = item.id === 'access' || item.id === 'boot' || item.id === 'network' || item.id === 'firewall'
  return (
    <div>
      {item.words ? <Words words={item.words} label={label} /> : item.problem || item.error ? null : <b>{label}</b>}
      {item.id === 'keys' && item.count && <p className="rt-sm">{t('leave.keysText')}</p>}
      {item.error && <ErrorText error={item.error} />}
      {item.problem && <ProblemText problem={item.problem} provider={account?.kind} changed />}
      {item.id === 'boot-mode' && <ManualSteps way={leaving.manual} />}
      <div className="rt-row rt-leave-ways">
        {goOn(t(item.id === 'boot-mode' ? 'common.tryAgain' : 'leave.again'))}
        {item.id === 'boot-mode' && <PanelButton way={leaving.manual} />}
        {isCheck && <Button onClick={() => void onRepair()}>{t('leave.repair')}</Button>}
        {item.id !== 'wait' && item.id !== 'restore' && <Skip visit={id} item={item} />}
      </div>
    </div>
  )
}

function Words({ words, label }: { words: NonNullable<LeavingItem['words']>; label: string }) {
  const language = useLanguage()
  return (
    <>
      <b>{findingText(words, 'title', language) || label}</b>
      <p className="rt-sm">{findingText(words, 'text', language)}</p>
    </>
  )
}

const reasons = ['fixed-by-hand', 'console', 'not-needed', 'other'] as const satisfies readonly SkipReason[]

/** Nothing is skipped without saying why. */
function Skip({ visit, item }: { visit: string; item: LeavingItem }) {
  const t = useT()
  const { isBusy, run } = useAction()
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <Button loading={isBusy} rightSection={<IconChevronDown size={14} stroke={1.75} />}>
          {t('leave.skip')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('leave.skipWhy')}</Menu.Label>
        {reasons.map((reason) => (
          <Menu.Item key={reason} onClick={() => run(api.visit.skip({ id: visit, item: item.id, reason }))}>
            {t(`leave.reason.${reason}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

/** What is mounted where, before the restart. */
export function Places({ item: { mounts = [] } }: { item: LeavingItem }) {
  if (mounts.length === 0) return null
  return (
    <ul className="rt-leave-list rt-dim rt-sm rt-mono">
      {mounts.map(({ device, at }) => (
        <li key={`${device} ${at}`}>
          {device} {at}
        </li>
      ))}
    </ul>
  )
}

/** A shell or program that stands under the mount point. Unmounting is tried again by itself. */
function InUse({ item, label }: { item: LeavingItem; label: string }) {
  const t = useT()
  const [isListed, setListed] = useState(false)
  const users = item.inUse ?? []
  const shell = users.find(({ sessionId }) => sessionId)
  const first = shell ?? users[0]
  return (
    <div>
      <b>{label}</b>
      <Places item={item} />
      {first && (
        <p className="rt-sm">
          <Rich
            text={shell ? 'leave.busyShell' : 'leave.busyProgram'}
            values={{ path: first.directory, command: first.command, pid: String(first.pid) }}
          />
        </p>
      )}
      <div className="rt-row rt-leave-ways">
        {shell?.sessionId && (
          <Button variant="filled" data-autofocus onClick={() => shell.sessionId && typeInto(shell.sessionId, 'cd /\r')}>
            {t('leave.typeCd')}
          </Button>
        )}
        <Button aria-expanded={isListed} onClick={() => setListed(!isListed)}>
          {t('leave.who')}
        </Button>
      </div>
      {isListed && (
        <ul className="rt-leave-list rt-sm rt-mono">
          {users.map(({ pid, command, directory }) => (
            <li key={pid}>
              {pid} {command} {directory}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
