import type { PlannedCommand } from '../../shared/machine.js'
import { useT } from '../i18n.js'
import { CopyButton } from './copy-button.js'

/** The commands as one would type them, whole, before anything runs. */
export function WillRun({ commands }: { commands: readonly PlannedCommand[] }) {
  const t = useT()
  const text = commands.map(({ command }) => command).join('\n')
  return (
    <section aria-label={t('common.willRun')}>
      <div className="rt-row rt-between">
        <span className="rt-dim rt-sm">{t('common.willRun')}</span>
        <CopyButton text={text} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long commands are scrolled by the arrows */}
      <pre className="rt-commands" tabIndex={0}>
        {text}
      </pre>
    </section>
  )
}
