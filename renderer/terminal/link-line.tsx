import { IconAlertTriangle, IconClipboardCheck, IconInfoCircle } from '@tabler/icons-react'
import { bridge } from '../bridge.js'
import { useT } from '../i18n.js'
import { Rich } from '../ui/rich.js'
import type { LinkTarget } from './link-target.js'
import type { TerminalNotice } from './live-terminal.js'

/** The true address of the link under the pointer, its host in bold; a triangle when the text shows another one. */
export function LinkLine({ link }: { link: LinkTarget }) {
  const t = useT()
  const keys = (
    <>
      <span className="rt-kbd">{bridge.platform === 'darwin' ? '⌘' : 'Ctrl'}</span> +{' '}
      <span className="rt-kbd">{t('terminal.link.click')}</span>
    </>
  )
  const url = (
    <span className="rt-mono rt-link-url">
      {link.before}
      <b>{link.host}</b>
      {link.after}
    </span>
  )
  return (
    <div className="rt-linkline" role="status">
      {link.shownHost && <IconAlertTriangle className="rt-i rt-bright" size={16} stroke={1.75} aria-hidden />}
      <div>
        <div>
          <Rich text="terminal.link.goes" values={{ keys, url }} />
        </div>
        {link.shownHost && <div className="rt-dim rt-sm">{t('terminal.link.other', { host: link.shownHost })}</div>}
      </div>
    </div>
  )
}

/** Something happened to a clipboard or a paste that a person should know; goes away by itself. */
export function NoticeLine({ notice }: { notice: TerminalNotice }) {
  const t = useT()
  const Icon = notice.kind === 'clipboard' ? IconClipboardCheck : IconInfoCircle
  function words() {
    switch (notice.kind) {
      case 'clipboard':
        return t('terminal.notice.clipboard', { n: notice.length })
      case 'filtered':
        return t('terminal.notice.filtered', { n: notice.count })
      case 'outside':
        return t('terminal.notice.outside', { what: notice.what, root: notice.root })
      case 'reboot':
        return t('terminal.notice.reboot')
    }
  }
  return (
    <div className="rt-linkline" role="status">
      <Icon className="rt-i rt-bright" size={16} stroke={1.75} aria-hidden />
      <div>{words()}</div>
    </div>
  )
}
