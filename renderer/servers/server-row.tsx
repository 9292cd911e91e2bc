import { Menu, UnstyledButton } from '@mantine/core'
import { IconDots, IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import type { ServerBadge } from '../../shared/server.js'
import { useT } from '../i18n.js'
import { Badge, RescueGlyph } from '../ui/glyphs.js'

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
  /** Absent while it is in rescue. */
  onEnterRescue?: (() => void) | undefined
}

/** One server: badge, name, what is to know about it. Enter or a click opens it, F2 edits it, the context menu has the rest. */
export function ServerRow({ name, badge, detail, side, on, first, stop, onOpen, onEdit, onEnterRescue }: ServerRowProps) {
  const t = useT()
  const [menu, setMenu] = useState(false)
  return (
    <div className="rt-srv-box">
      <UnstyledButton
        className={`rt-srv ${on ? 'rt-srv-on' : ''} ${first ? 'rt-srv-first' : ''}`}
        tabIndex={stop ? 0 : -1}
        aria-current={on || undefined}
        onClick={onOpen}
        onContextMenu={(event) => {
          if (!onEdit) return
          event.preventDefault()
          setMenu(true)
        }}
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
        <Menu opened={menu} onChange={setMenu} position="bottom-end" width={240} trapFocus returnFocus>
          <Menu.Target>
            <UnstyledButton className="rt-srv-edit" tabIndex={-1} aria-label={t('servers.nav.menu', { name })}>
              <IconDots size={14} stroke={1.75} />
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPencil size={16} stroke={1.75} />} onClick={onEdit}>
              {t('servers.nav.edit', { name })}
            </Menu.Item>
            {onEnterRescue && (
              <Menu.Item leftSection={<RescueGlyph ink />} onClick={onEnterRescue}>
                {t('enter.command')}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  )
}
