import { IconAlertOctagon, IconEye, IconPencil } from '@tabler/icons-react'
import type { Risk as RiskKind } from '../../shared/machine.js'
import { useT } from '../i18n.js'

const icons = { reads: IconEye, writes: IconPencil, data: IconAlertOctagon }

/** What a command can do to the customer's disk: eye, pencil, octagon; red for loss only. */
export function Risk({ risk }: { risk: RiskKind }) {
  const t = useT()
  const Icon = icons[risk]
  return (
    <span className={`rt-risk rt-risk-${risk}`}>
      <Icon size={12} stroke={1.75} aria-hidden />
      {t(`common.risk.${risk}`)}
    </span>
  )
}
