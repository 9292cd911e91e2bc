/**
 * How a session ended, under what it showed: the shell ended, the connection was lost or never came, a person said no, or the
 * core process restarted. Always what is known, what is kept, and the way on.
 */
import { Button } from '@mantine/core'
import { IconAlertCircle, IconPlugX, IconRefresh, IconRefreshAlert, IconTerminal2 } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { SessionPhase, TerminalSession } from '../../shared/terminal-session.js'
import { closeSession, reconnectAll, reconnectSession } from '../actions.js'
import { useT } from '../i18n.js'
import { cutOff, useAppPart, useCoreUp, useWindow } from '../state.js'
import { isOpenIntervention, nameOf } from '../tabs/tab-label.js'
import { ErrorText } from '../ui/error-text.js'
import { useFormat } from '../ui/format.js'
import { Finding } from '../ui/glyphs.js'
import { Sheet } from './sheet.js'

interface EndSheetProps {
  session: TerminalSession
  hasOutput: boolean
  isFree: () => boolean
}

export function EndSheet({ session, hasOutput, isFree }: EndSheetProps) {
  const t = useT()
  const format = useFormat()
  const { phase } = session
  switch (phase.kind) {
    case 'ended':
      return (
        <Sheet
          key={phase.at}
          icon={<IconTerminal2 size={20} stroke={1.75} />}
          title={t('terminal.ended.title', { time: format.time(phase.at, { seconds: true }) })}
          text={exitText(phase, t)}
          mayFocus={isFree}
        >
          <Reconnect session={session} />
        </Sheet>
      )
    case 'lost':
      if (phase.error.code === 'core-restarted') return <CoreSheet key={phase.at} session={session} at={phase.at} isFree={isFree} />
      return (
        <Sheet
          key={phase.at}
          icon={<IconPlugX size={20} stroke={1.75} />}
          title={t('terminal.lost.title', { time: format.time(phase.at, { seconds: true }) })}
          text={
            <>
              <p>
                {t(`errors.${phase.error.code}.title`, { host: session.host, ...phase.error.data })}. {t('terminal.lost.kept')}
              </p>
              <p className="rt-sm rt-sheet-second">{t('terminal.lost.running')}</p>
            </>
          }
          mayFocus={isFree}
        >
          <Reconnect session={session} />
        </Sheet>
      )
    case 'failed':
      return (
        <Sheet
          key={phase.at}
          icon={<IconAlertCircle size={20} stroke={1.75} />}
          title={t('terminal.failed.title', { name: nameOf(session, t) })}
          text={<ErrorText error={phase.error} />}
          mayFocus={isFree}
        >
          <Reconnect session={session} label={t('common.tryAgain')} />
        </Sheet>
      )
    case 'cancelled':
      return (
        <Sheet
          key={phase.at}
          icon={<IconPlugX size={20} stroke={1.75} />}
          title={t('terminal.cancelled.title')}
          text={t(hasOutput ? 'terminal.cancelled.kept' : 'terminal.cancelled.text')}
          mayFocus={isFree}
        >
          <Reconnect session={session} />
        </Sheet>
      )
    default:
      return null
  }
}

function exitText({ exitCode, signal }: Extract<SessionPhase, { kind: 'ended' }>, t: ReturnType<typeof useT>) {
  if (signal) return t('terminal.ended.signal', { signal })
  return exitCode === undefined ? t('terminal.ended.text') : t('terminal.ended.status', { code: exitCode })
}

function Reconnect({ session, label, children }: { session: TerminalSession; label?: string; children?: ReactNode }) {
  const t = useT()
  const [busy, setBusy] = useState(false)
  return (
    <div className="rt-row rt-sheet-indent rt-sheet-buttons">
      <Button
        size="sm"
        variant="filled"
        data-autofocus
        loading={busy}
        leftSection={<IconRefresh size={16} stroke={1.75} />}
        onClick={async () => {
          setBusy(true)
          await reconnectSession(session)
          setBusy(false)
        }}
      >
        {label ?? t('terminal.lost.do')}
      </Button>
      {children}
      <Button size="sm" onClick={() => closeSession(session.id)}>
        {t('common.tab.close')}
      </Button>
    </div>
  )
}

/** 14b. The window and the scrollback are still there; the core is, or soon will be, too. */
function CoreSheet({ session, at, isFree }: { session: TerminalSession; at: string; isFree: () => boolean }) {
  const t = useT()
  const format = useFormat()
  const coreUp = useCoreUp()
  const lost = useWindow((state) => cutOff(state).length)
  const interventions = useAppPart((app) => app.interventions)
  const [busy, setBusy] = useState(false)
  const open = interventions.filter(isOpenIntervention)
  const run = async (reconnect: () => Promise<void>) => {
    setBusy(true)
    await reconnect()
    setBusy(false)
  }
  const one = () => run(() => reconnectSession(session))
  return (
    <Sheet
      icon={<IconRefreshAlert size={20} stroke={1.75} />}
      title={t(coreUp ? 'terminal.core.title' : 'terminal.core.restarting')}
      text={t('terminal.core.text', { time: format.time(at, { seconds: true }), n: lost })}
      mayFocus={isFree}
    >
      <ul className="rt-checklist rt-sheet-indent">
        {open.map((one) => (
          <li key={one.id}>
            <Finding kind="fine" />
            {t('terminal.core.c1', { n: one.setAside, server: nameOf(one, t) })}
          </li>
        ))}
        {open.length > 0 && (
          <li>
            <Finding kind="fine" />
            {t('terminal.core.c2')}
          </li>
        )}
        <li>
          <Finding kind="person" />
          {t('terminal.core.c3')}
        </li>
      </ul>
      <div className="rt-row rt-sheet-indent rt-sheet-buttons">
        <Button
          size="sm"
          variant="filled"
          data-autofocus
          loading={busy || !coreUp}
          leftSection={<IconRefresh size={16} stroke={1.75} />}
          onClick={lost > 1 ? () => run(reconnectAll) : one}
        >
          {lost > 1 ? t('terminal.core.all', { n: lost }) : t('terminal.lost.do')}
        </Button>
        <Button size="sm" disabled={busy || !coreUp} onClick={lost > 1 ? one : () => closeSession(session.id)}>
          {t(lost > 1 ? 'terminal.core.one' : 'common.tab.close')}
        </Button>
      </div>
    </Sheet>
  )
}
