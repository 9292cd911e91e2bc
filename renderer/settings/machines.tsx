/** The machines of one account, asked of the provider now, and the saved server that each of them is. */
import { Button, Loader, Select } from '@mantine/core'
import { IconLink, IconRefresh } from '@tabler/icons-react'
import { useCallback, useEffect, useState } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import type { LeftOut, ProviderAccount, ProviderServer } from '../../shared/provider.js'
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import { api, attempt, call } from '../api.js'
import { ProblemText } from '../enter/problem-text.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { ErrorText } from '../ui/error-text.js'
import { linkedServer, suggestServer } from './suggest.js'

type Answer =
  | { kind: 'asking' }
  | { kind: 'ok'; value: { servers: ProviderServer[]; leftOut: LeftOut[] } }
  | { kind: 'problem'; problem: ProviderProblemInfo }
  | { kind: 'failed'; error: ErrorInfo }

export function Machines({ account }: { account: ProviderAccount }) {
  const t = useT()
  const [answer, setAnswer] = useState<Answer>({ kind: 'asking' })
  const ask = useCallback(async () => {
    setAnswer({ kind: 'asking' })
    const result = await attempt(api.accounts.servers({ id: account.id }))
    setAnswer(result.ok ? result.value : { kind: 'failed', error: result.error })
  }, [account.id])
  useEffect(() => void ask(), [ask])
  return (
    <section className="rt-machines" aria-label={t('accounts.machines')} aria-busy={answer.kind === 'asking'}>
      {answer.kind === 'asking' && (
        <p className="rt-row" role="status">
          <Loader className="rt-spin" size={14} />
          {t('enter.asking')}
        </p>
      )}
      {answer.kind === 'problem' && (
        <div role="alert">
          <ProblemText problem={answer.problem} provider={account.kind} />
        </div>
      )}
      {answer.kind === 'failed' && (
        <div role="alert">
          <ErrorText error={answer.error} />
        </div>
      )}
      {answer.kind === 'ok' && answer.value.servers.length === 0 && answer.value.leftOut.length === 0 && (
        <p className="rt-dim">{t('accounts.noMachines')}</p>
      )}
      {answer.kind === 'ok' && answer.value.servers.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t('accounts.machine')}</th>
              <th scope="col">{t('accounts.state')}</th>
              <th scope="col">{t('accounts.savedServer')}</th>
            </tr>
          </thead>
          <tbody>
            {answer.value.servers.map((machine) => (
              <Machine key={machine.id} account={account} machine={machine} />
            ))}
          </tbody>
        </table>
      )}
      {answer.kind === 'ok' &&
        answer.value.leftOut.map(({ what, problem }) => (
          <div key={what} role="alert">
            <p>{t('accounts.leftOut', { what })}</p>
            <ProblemText problem={problem} provider={account.kind} />
          </div>
        ))}
      {answer.kind !== 'asking' && (
        <Button leftSection={<IconRefresh size={16} stroke={1.75} />} onClick={() => void ask()}>
          {t('accounts.again')}
        </Button>
      )}
    </section>
  )
}

function Machine({ account, machine }: { account: ProviderAccount; machine: ProviderServer }) {
  const t = useT()
  const servers = useAppPart((app) => app.servers)
  const linked = linkedServer(servers, account.id, machine)
  const suggested = linked ? undefined : suggestServer(servers, machine)
  async function link(serverId: string | null) {
    if (linked && linked.id !== serverId) await call(api.servers.link({ id: linked.id }))
    if (serverId) await call(api.servers.link({ id: serverId, link: { kind: 'account', accountId: account.id, server: machine.id } }))
  }
  return (
    <tr>
      <td>
        {machine.name}
        <div className="rt-dim rt-sm rt-mono">{machine.addresses.join(' ')}</div>
      </td>
      <td>{t(`enter.state.${machine.state}`)}</td>
      <td>
        <span className="rt-row">
          <Select
            size="xs"
            allowDeselect={false}
            searchable
            aria-label={t('accounts.serverOf', { machine: machine.name })}
            value={linked?.id ?? ''}
            data={[{ value: '', label: t('accounts.notLinked') }, ...servers.map(({ id, name }) => ({ value: id, label: name }))]}
            onChange={(id) => void link(id)}
          />
          {suggested && (
            <Button leftSection={<IconLink size={16} stroke={1.75} />} onClick={() => void link(suggested.id)}>
              {t('accounts.link', { server: suggested.name })}
            </Button>
          )}
        </span>
      </td>
    </tr>
  )
}
