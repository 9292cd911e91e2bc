/** The start: an address, servers used last, the ways in. Three big ways while nothing is saved (01a), short ones later (01b). */
import { Button, TextInput, UnstyledButton } from '@mantine/core'
import { IconFileImport, IconSchool, IconSearch, IconTerminal2 } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import { openPractice, openServer, showDialog, tryTarget } from '../actions.js'
import { bridge } from '../bridge.js'
import { useT } from '../i18n.js'
import { shortcutKeys } from '../keys.js'
import { useAppPart } from '../state.js'
import { ErrorText } from '../ui/error-text.js'
import { daysBetween, useFormat, useNow } from '../ui/format.js'
import { Badge } from '../ui/glyphs.js'
import { useAction } from '../ui/use-action.js'
import './servers.css'

const recentServers = 5

export function StartPage() {
  const servers = useAppPart((app) => app.servers)
  return servers.length ? <Returning /> : <FirstRun />
}

function AddressForm() {
  const t = useT()
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ErrorInfo>()
  async function connect(event: FormEvent) {
    event.preventDefault()
    if (!text.trim()) return
    setBusy(true)
    setError(await tryTarget({ kind: 'address', text: text.trim() }))
    setBusy(false)
  }
  return (
    <form onSubmit={connect}>
      <div className="rt-row">
        <TextInput
          size="sm"
          className="rt-grow"
          data-autofocus
          aria-label={t('servers.home.connect')}
          placeholder={t('servers.home.address')}
          leftSection={<IconSearch size={16} stroke={1.75} />}
          leftSectionWidth={36}
          value={text}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={error !== undefined}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setError(undefined)
          }}
        />
        <Button size="sm" variant="filled" type="submit" loading={busy}>
          {t('servers.home.connectDo')}
        </Button>
      </div>
      <div role="status" style={{ marginTop: 6 }}>
        {error ? <ErrorText error={error} /> : <p className="rt-dim rt-sm">{t('servers.home.addressHint')}</p>}
      </div>
    </form>
  )
}

function FirstRun() {
  const t = useT()
  const configServers = useAppPart((app) => app.sshConfigServers)
  const { isBusy, run } = useAction()
  return (
    <div className="rt-page rt-first">
      <div className="rt-start">
        <h1>{t('servers.home.title')}</h1>
        <p className="rt-dim" style={{ marginTop: 4, maxWidth: 520 }}>
          {t('servers.home.lead')}
        </p>
        <section style={{ marginTop: 28, paddingBottom: 20 }}>
          <h2 className="rt-row" style={{ marginBottom: 10 }}>
            <IconTerminal2 size={16} stroke={1.75} aria-hidden />
            {t('servers.home.connect')}
          </h2>
          <AddressForm />
        </section>
        <section className="rt-row rt-between rt-top">
          <div>
            <h2 className="rt-row">
              <IconFileImport size={16} stroke={1.75} aria-hidden />
              {t('servers.home.import')}
            </h2>
            <p className="rt-dim rt-sm" style={{ marginTop: 4 }}>
              {t('servers.home.importHint', { n: configServers })}
            </p>
          </div>
          <Button size="sm" miw={148} disabled={!configServers} onClick={() => showDialog({ kind: 'import' })}>
            {t('servers.home.importDo')}
          </Button>
        </section>
        <section className="rt-row rt-between rt-top">
          <div>
            <h2 className="rt-row">
              <IconSchool size={16} stroke={1.75} aria-hidden />
              {t('servers.home.practise')}
            </h2>
            <p className="rt-dim rt-sm" style={{ marginTop: 4 }}>
              {t('servers.home.practiseHint')}
            </p>
          </div>
          <Button size="sm" miw={148} loading={isBusy} onClick={() => run(openPractice())}>
            {t('servers.home.practiseDo')}
          </Button>
        </section>
      </div>
    </div>
  )
}

function Returning() {
  const t = useT()
  const servers = useAppPart((app) => app.servers)
  const ago = useAgo()
  const recent = servers
    .filter((server) => server.lastUsed)
    .toSorted((a, b) => (b.lastUsed ?? '').localeCompare(a.lastUsed ?? ''))
    .slice(0, recentServers)
  return (
    <div className="rt-page">
      <div className="rt-start">
        <h1 style={{ marginBottom: 20 }}>{t('servers.home.pick')}</h1>
        <AddressForm />
        {recent.length > 0 && (
          <>
            <h3 style={{ margin: '20px 0 4px' }}>{t('servers.home.recent')}</h3>
            <ul className="rt-recent">
              {recent.map((server) => (
                <li key={server.id}>
                  <UnstyledButton className="rt-recent-row" onClick={() => openServer(server.id)}>
                    <Badge badge={server.badge} />
                    <b className="rt-trunc">{server.name}</b>
                    <span className="rt-dim rt-trunc">{server.badge === 'rescue' ? t('servers.home.openSince') : server.target}</span>
                    <span className="rt-dim rt-num">{server.lastUsed && ago(server.lastUsed)}</span>
                  </UnstyledButton>
                </li>
              ))}
            </ul>
          </>
        )}
        <div className="rt-row" style={{ marginTop: 28, gap: 24 }}>
          <UnstyledButton className="rt-link rt-row" onClick={() => showDialog({ kind: 'import' })}>
            <IconFileImport size={16} stroke={1.75} aria-hidden />
            {t('servers.home.importAgain')}
          </UnstyledButton>
          <UnstyledButton className="rt-link rt-row" onClick={() => void openPractice()}>
            <IconSchool size={16} stroke={1.75} aria-hidden />
            {t('servers.home.practiseShort')}
          </UnstyledButton>
        </div>
        <dl className="rt-start-keys">
          {(['palette', 'new-tab', 'filter'] as const).map((name) => (
            <div key={name}>
              <dt>
                <kbd className="rt-kbd">{shortcutKeys(name, bridge.platform).join('+')}</kbd>
              </dt>
              <dd className="rt-dim">{t(`common.keys.${name}`)}</dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  )
}

function useAgo() {
  const t = useT()
  const format = useFormat()
  const now = useNow(60_000)
  return (iso: string) => {
    const days = daysBetween(new Date(iso), now)
    if (days <= 0) return t('servers.home.todayAt', { time: format.time(iso) })
    return days === 1 ? t('servers.home.yesterday') : t('servers.home.daysAgo', { n: days })
  }
}
