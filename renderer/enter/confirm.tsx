/** 15a: what will be asked of the provider and what that does, before anything is asked. The name is typed where services may run. */
import { Button, TextInput } from '@mantine/core'
import { IconAlertTriangle, IconArrowBackUp, IconCheck, IconDatabase, IconKey, IconMail } from '@tabler/icons-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import type { Capabilities } from '../../shared/provider.js'
import type { ServerState } from '../../shared/server.js'
import type { EnterPreview } from '../../shared/visit.js'
import { Foot } from '../host-key/question-parts.js'
import { useT } from '../i18n.js'
import { CopyButton } from '../ui/copy-button.js'
import { ErrorText } from '../ui/error-text.js'
import { RescueGlyph } from '../ui/glyphs.js'
import { Rich } from '../ui/rich.js'
import { TabDialog } from '../ui/tab-dialog.js'
import { providerName } from './problem-text.js'
import { enter } from './store.js'

interface ConfirmProps {
  server: ServerState
  preview: EnterPreview
  capabilities: Capabilities
  onCancel: () => void
}

export function Confirm({ server, preview, capabilities, onCancel }: ConfirmProps) {
  const t = useT()
  const [typed, setTyped] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<ErrorInfo>()
  const { state, machine, requests } = preview
  const provider = providerName(preview.provider, t)
  const stops = state !== 'off' && state !== 'rescue'
  const isReady = !stops || typed.trim() === server.name
  async function submit(event: FormEvent) {
    event.preventDefault()
    if (!isReady || isBusy) return
    setBusy(true)
    setError(await enter(server.id, 'api', typed.trim()))
    setBusy(false)
  }
  return (
    <TabDialog width={620} onEscape={onCancel}>
      {(titleId) => (
        <form className="rt-enter-form" onSubmit={submit}>
          <div className="rt-dialog-body">
            <header className="rt-hk-head">
              <RescueGlyph size={24} />
              <div>
                <h1 id={titleId}>{t('enter.title', { server: server.name })}</h1>
                <p>
                  <b>{machine}</b> <span className="rt-dim">· {t(`providers.manual.${preview.manual.id}.name`)} ·</span>{' '}
                  {t('enter.says', { provider, state: t(`enter.state.${state}`) })}
                </p>
              </div>
            </header>
            <ul className="rt-enter-facts">
              <Fact icon={<IconAlertTriangle className="rt-i rt-bright" size={16} stroke={1.75} aria-hidden />}>
                <b>{t(stops ? 'enter.stop' : 'enter.stopNothing')}</b>
                {stops && <div className="rt-dim rt-sm">{t('enter.stopText')}</div>}
              </Fact>
              <Fact icon={<IconDatabase className="rt-i rt-dim" size={16} stroke={1.75} aria-hidden />}>{t('enter.disk')}</Fact>
              <Fact
                icon={
                  capabilities.credentials === 'mail' ? (
                    <IconMail className="rt-i rt-dim" size={16} stroke={1.75} aria-hidden />
                  ) : (
                    <IconKey className="rt-i rt-dim" size={16} stroke={1.75} aria-hidden />
                  )
                }
              >
                {t(`enter.password.${capabilities.credentials}`, { provider })}
              </Fact>
              <Fact icon={<IconArrowBackUp className="rt-i rt-dim" size={16} stroke={1.75} aria-hidden />}>
                {capabilities.stickiness === 'until-left' ? <Rich text="enter.back" /> : t('providers.stickiness.one-boot')}
              </Fact>
            </ul>
            <Requests requests={requests} provider={provider} />
            {stops && (
              <TextInput
                size="sm"
                label={<Rich text="enter.type" values={{ word: <span key="word">{server.name}</span> }} />}
                classNames={{ input: 'rt-mono', label: 'rt-enter-label' }}
                value={typed}
                data-autofocus
                autoComplete="off"
                spellCheck={false}
                rightSection={isReady && <IconCheck className="rt-accent" size={16} stroke={1.75} aria-hidden />}
                onChange={(event) => setTyped(event.currentTarget.value)}
              />
            )}
            {error && (
              <div role="alert">
                <ErrorText error={error} />
              </div>
            )}
          </div>
          <Foot
            left={
              <span className="rt-row">
                <kbd className="rt-kbd">{t('common.esc')}</kbd>
                <span className="rt-dim rt-sm">{t('enter.esc')}</span>
              </span>
            }
          >
            <Button size="sm" {...(stops ? {} : { 'data-autofocus': true })} onClick={onCancel}>
              {t('common.cancel')}
            </Button>
            <Button size="sm" type="submit" variant="filled" disabled={!isReady} loading={isBusy}>
              {t('enter.do')}
            </Button>
          </Foot>
        </form>
      )}
    </TabDialog>
  )
}

function Fact({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <li>
      {icon}
      <div>{children}</div>
    </li>
  )
}

/** Exactly as they are sent; bodies hold no secrets. */
function Requests({ requests, provider }: { requests: EnterPreview['requests']; provider: string }) {
  const t = useT()
  const text = requests.map(({ method, path, body }) => [`${method} ${path}`, body].filter(Boolean).join('  ')).join('\n')
  return (
    <section aria-label={t('enter.request', { provider })}>
      <div className="rt-row rt-between">
        <span className="rt-dim rt-sm">{t('enter.request', { provider })}</span>
        <CopyButton text={text} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long requests are scrolled by the arrows */}
      <pre className="rt-commands" tabIndex={0}>
        {text}
      </pre>
    </section>
  )
}
