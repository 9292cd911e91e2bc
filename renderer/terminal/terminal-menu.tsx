import { Menu } from '@mantine/core'
import { IconClipboard, IconCopy, IconEraser, IconSearch } from '@tabler/icons-react'
import { bridge } from '../bridge.js'
import { useT } from '../i18n.js'
import { runTerminalCommand, type ShortcutName, shortcutKeys, type TerminalCommand } from '../keys.js'

const icons = { copy: IconCopy, paste: IconClipboard, search: IconSearch, clear: IconEraser }

interface TerminalMenuProps {
  /** Where the pointer was, in the terminal's box. */
  at: { x: number; y: number }
  hasSelection: boolean
  canPaste: boolean
  onClose: () => void
}

/** What the right button offers: the same commands as the keys, with them beside. */
export function TerminalMenu({ at, hasSelection, canPaste, onClose }: TerminalMenuProps) {
  const t = useT()
  const item = (command: TerminalCommand & ShortcutName, disabled = false) => {
    const Icon = icons[command]
    return (
      <Menu.Item
        leftSection={<Icon size={14} stroke={1.75} />}
        rightSection={<span className="rt-dim rt-sm">{shortcutKeys(command, bridge.platform).join('+')}</span>}
        disabled={disabled}
        onClick={() => runTerminalCommand(command)}
      >
        {t(`terminal.menu.${command}`)}
      </Menu.Item>
    )
  }
  return (
    <Menu opened onClose={onClose} position="bottom-start" offset={0} shadow="md" width={220}>
      <Menu.Target>
        <span className="rt-term-pointer" style={{ left: at.x, top: at.y }} />
      </Menu.Target>
      <Menu.Dropdown aria-label={t('terminal.menu.label')}>
        {item('copy', !hasSelection)}
        {item('paste', !canPaste)}
        <Menu.Divider />
        {item('search')}
        {item('clear')}
      </Menu.Dropdown>
    </Menu>
  )
}
