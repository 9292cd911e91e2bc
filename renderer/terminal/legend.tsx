import { IconSchool } from '@tabler/icons-react'
import type { Intervention } from '../../shared/intervention.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { useT } from '../i18n.js'
import { RescueGlyph } from '../ui/glyphs.js'

interface LegendProps {
  session: TerminalSession
  intervention: Intervention | undefined
  rescue: boolean
  /** Where the mounted system is, or would be. */
  root: string
}

/** Says what is temporary now, above the terminal: amber in rescue, ink in practice, nothing on an ordinary server. */
export function Legend({ session, intervention, rescue, root }: LegendProps) {
  const t = useT()
  if (rescue) {
    const restarting = intervention?.watch?.purpose === 'leaving' || intervention?.state === 'restoring'
    return (
      <div className="rt-legend rt-legend-rescue">
        <span className="rt-legend-chip">
          <RescueGlyph size={14} ink />
          {t(session.chroot ? 'terminal.term.chroot' : 'terminal.term.rescue')}
        </span>
        <span className="rt-trunc">
          {session.practice && <b>{t('terminal.term.practiceFirst')} </b>}
          {t(restarting ? 'terminal.term.restarting' : session.chroot ? 'terminal.term.inside' : 'terminal.term.temporary', { root })}
        </span>
      </div>
    )
  }
  if (!session.practice) return null
  return (
    <div className="rt-legend rt-legend-practice">
      <span className="rt-legend-chip">
        <IconSchool size={14} stroke={1.75} aria-hidden />
        {t('terminal.term.practice')}
      </span>
      <span className="rt-trunc">{t('terminal.term.practiceText')}</span>
    </div>
  )
}
