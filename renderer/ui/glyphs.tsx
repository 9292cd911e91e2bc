/** Signs of state: shape first, then colour; every one comes with a word beside it or as its tooltip. */
import { Loader, Tooltip } from '@mantine/core'
import { IconAlertOctagonFilled, IconAlertTriangle, IconCheck, IconCircle, IconCircleXFilled, IconUser } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { ServerBadge } from '../../shared/server.js'
import { useT } from '../i18n.js'

function Circle({ className, size, children }: { className: string; size: number; children: ReactNode }) {
  return (
    <svg
      className={className}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={2.5}
      aria-hidden="true"
    >
      {children}
    </svg>
  )
}

/** ◐: one half filled. Amber means rescue and nothing else, so only this glyph has it. */
export function RescueGlyph({ size = 16, ink }: { size?: number; ink?: boolean }) {
  return (
    <Circle className={ink ? 'rt-i' : 'rt-i rt-gl-rescue'} size={size}>
      <circle cx={12} cy={12} r={9} />
      <path d="M12 3a9 9 0 0 0 0 18z" fill="currentColor" stroke="none" />
    </Circle>
  )
}

const KnownGlyph = ({ size }: { size: number }) => (
  <Circle className="rt-i rt-accent" size={size}>
    <circle cx={12} cy={12} r={7} fill="currentColor" stroke="none" />
  </Circle>
)

const NewGlyph = ({ size }: { size: number }) => (
  <Circle className="rt-i rt-dim" size={size}>
    <circle cx={12} cy={12} r={6} />
  </Circle>
)

const badgeIcon = (badge: ServerBadge, size: number) => {
  switch (badge) {
    case 'known':
      return <KnownGlyph size={size} />
    case 'new':
      return <NewGlyph size={size} />
    case 'rescue':
      return <RescueGlyph size={size} />
    case 'alarm':
    case 'revoked':
      return <IconAlertOctagonFilled className="rt-i rt-red-edge" size={size} aria-hidden />
    default:
      return <IconAlertTriangle className="rt-i rt-bright" size={size} stroke={1.75} aria-hidden />
  }
}

/** Badge of a server or tab with its word as a tooltip (and for screen readers, unless words stand beside it). */
export function Badge({ badge, size = 16, quiet }: { badge: ServerBadge; size?: number; quiet?: boolean }) {
  const t = useT()
  const word = t(`common.badge.${badge}`)
  return (
    <Tooltip label={word}>
      <span className="rt-glyph" {...(quiet ? { 'aria-hidden': true } : { role: 'img', 'aria-label': word })}>
        {badgeIcon(badge, size)}
      </span>
    </Tooltip>
  )
}

export type FindingKind = 'fail' | 'look' | 'fine' | 'running' | 'person' | 'todo'

/** Sign of a finding or checklist item. The words beside it say the same, so it is hidden from screen readers unless named. */
export function Finding({ kind, label }: { kind: FindingKind; label?: string }) {
  const names = label ? ({ role: 'img', 'aria-label': label } as const) : ({ 'aria-hidden': true } as const)
  return (
    <span className="rt-glyph" {...names}>
      {findingIcon(kind)}
    </span>
  )
}

function findingIcon(kind: FindingKind) {
  switch (kind) {
    case 'fail':
      return <IconCircleXFilled className="rt-i rt-bright" size={16} />
    case 'look':
      return <IconAlertTriangle className="rt-i rt-bright" size={16} stroke={1.75} />
    case 'fine':
      return <IconCheck className="rt-i rt-accent" size={16} stroke={1.75} />
    case 'running':
      return <Loader className="rt-spin" size={14} />
    case 'person':
      return <IconUser className="rt-i rt-bright" size={16} stroke={1.75} />
    case 'todo':
      return <IconCircle className="rt-i rt-dim" size={10} stroke={2.5} />
  }
}
