import { Button, Loader } from '@mantine/core'
import { useEffect, useState } from 'react'
import { formatHostAddress } from '../../shared/parse-host-address.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { closeSession } from '../actions.js'
import { api } from '../api.js'
import { useT } from '../i18n.js'
import { onceOnly } from '../rescue/commands.js'
import { useFormat, useNow } from '../ui/format.js'

/** Quick connections show nothing at all: a flash of words would only be in the way. */
const showAfterMs = 400

/** What is being tried, for how long, and the way out. Above kept output it is one line. */
export function Connecting({ session, compact }: { session: TerminalSession; compact: boolean }) {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), showAfterMs)
    return () => clearTimeout(timer)
  }, [])
  return late && session.phase.kind === 'connecting' ? <Progress session={session} compact={compact} /> : null
}

function Progress({ session, compact }: { session: TerminalSession; compact: boolean }) {
  const t = useT()
  const format = useFormat()
  const now = useNow(1000)
  const { phase } = session
  if (phase.kind !== 'connecting') return null
  return (
    <div className={compact ? 'rt-connecting rt-connecting-line' : 'rt-connecting'} role="status">
      <div className="rt-row">
        <Loader className="rt-spin" size={14} />
        {t('terminal.term.connecting', {
          address: session.host || session.target || formatHostAddress(session),
          port: String(session.port),
        })}
        <span className="rt-dim rt-num" aria-live="off">
          {format.clock(now.getTime() - new Date(phase.since).getTime())}
        </span>
      </div>
      <div className="rt-dim rt-sm">{t(`terminal.stage.${phase.stage}`)}</div>
      <Button onClick={() => (compact ? void onceOnly(api.terminal.cancel({ sessionId: session.id })) : closeSession(session.id))}>
        {t('common.cancel')}
      </Button>
    </div>
  )
}
