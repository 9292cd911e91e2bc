/** Which machine this is, drawn by us and never by the server: user and address, whose key, algorithms, round trip. */
import { Tooltip } from '@mantine/core'
import { IconBell, IconInfoCircle, IconLock, IconPlugX } from '@tabler/icons-react'
import type { Intervention } from '../../shared/intervention.js'
import { formatHostAddress } from '../../shared/parse-host-address.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { useT } from '../i18n.js'
import { Fingerprint } from '../ui/fingerprint.js'

interface StatusLineProps {
  session: TerminalSession
  intervention: Intervention | undefined
  rescue: boolean
  /** Set by a program on the server; last, least and in quotation marks. */
  title: string
  bell: boolean
}

export function StatusLine({ session, intervention, rescue, title, bell }: StatusLineProps) {
  const t = useT()
  const { phase, user, host, port, latencyMs } = session
  const connection = phase.kind === 'open' ? phase.connection : undefined
  if (!connection && phase.kind !== 'needs-credentials' && phase.kind !== 'connecting') {
    return (
      <div className="rt-status">
        <span>
          <IconPlugX size={14} stroke={1.75} aria-hidden />
          {t('terminal.status.notConnected')}
        </span>
      </div>
    )
  }
  const fingerprint =
    connection?.key.fingerprint ?? (rescue && phase.kind === 'needs-credentials' ? intervention?.rescueKey.fingerprint : undefined)
  const whose = connection?.key.whose ?? 'rescue'
  return (
    <div className="rt-status">
      {host && (
        <span>
          <IconLock size={14} stroke={1.75} aria-hidden />
          {formatHostAddress({ user: connection?.user ?? user, host, port })}
        </span>
      )}
      {fingerprint && (
        <span>
          <span className={whose === 'rescue' ? 'rt-amber' : ''}>{t(`terminal.status.key.${whose}`)}</span>
          <Fingerprint value={fingerprint} cut />
        </span>
      )}
      {connection && (
        <span className="rt-status-wide">
          {bare(connection.kex)} · {bare(connection.cipher)}
        </span>
      )}
      {title && connection && <span className="rt-status-title">{t('terminal.status.title', { title })}</span>}
      <span className="rt-status-end">
        {session.notes.map(({ code, data }) => (
          <Tooltip key={code} label={t(`terminal.note.${code}`, data)}>
            <IconInfoCircle size={14} stroke={1.75} role="img" aria-label={t(`terminal.note.${code}`, data)} />
          </Tooltip>
        ))}
        {bell && (
          <Tooltip label={t('terminal.status.bell')}>
            <IconBell className="rt-bright" size={14} stroke={1.75} role="img" aria-label={t('terminal.status.bell')} />
          </Tooltip>
        )}
        {!connection && t('terminal.status.waiting')}
        {connection && latencyMs !== undefined && <span className="rt-num">{t('terminal.status.latency', { n: latencyMs })}</span>}
      </span>
    </div>
  )
}

/** `aes256-gcm@openssh.com` → `aes256-gcm` */
const bare = (algorithm: string) => algorithm.replace(/@.*$/, '')
