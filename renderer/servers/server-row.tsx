import { Tooltip, UnstyledButton } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import type { ServerBadge } from '../../shared/server.js'
import { useT } from '../i18n.js'
import { Badge } from '../ui/glyphs.js'

interface ServerRowProps {
  name: string
  badge: ServerBadge
  detail: string
  side: string
  /** Its terminal is in front. */
  on: boolean
  /** What Enter in the filter would open. */
  first?: boolean
  /** The Tab stop of the list; arrows reach the others. */
  stop: boolean
  onOpen: () => void
  onEdit?: () => void
}

/** One server: badge, name, what is to know about it. Enter or a click opens it, F2 edits it. */
export function ServerRow({ name, badge, detail, side, on, first, stop, onOpen, onEdit }: ServerRowProps) {
  const t = useT()
  return (
    <div className="rt-srv-box">
      <UnstyledButton
        className={`rt-srv ${on ? 'rt-srv-on' : ''} ${first ? 'rt-srv-first' : ''}`}
        tabIndex={stop ? 0 : -1}
        aria-current={on || undefined}
        onClick={onOpen}
        onKeyDown={(event) => {
          if (event.key === 'F2') onEdit?.()
        }}
      >
        <span className="rt-srv-badge">
          <Badge badge={badge} />
        </span>
        <span className="rt-srv-name">{name}</span>
        <span className="rt-srv-side">{side}</span>
        <span className="rt-srv-detail">{detail}</span>
      </UnstyledButton>
      {onEdit && (
        <Tooltip label={t('servers.nav.edit', { name })}>
          <UnstyledButton className="rt-srv-edit" tabIndex={-1} aria-label={t('servers.nav.edit', { name })} onClick={onEdit}>
            <IconPencil size={14} stroke={1.75} />
          </UnstyledButton>
        </Tooltip>
      )}
    </div>
  )
}
