/** The provider's own way, as steps and a link to its panel. */
import { Button } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { ManualWay } from '../../shared/provider.js'
import { bridge } from '../bridge.js'
import { type TextKey, useT } from '../i18n.js'

export function ManualSteps({ way: { id, direction, steps } }: { way: ManualWay }) {
  const t = useT()
  return (
    <ol className="rt-steps-by-hand rt-sm">
      {Array.from({ length: steps }, (_, index) => (
        <li key={index}>{t(`providers.manual.${id}.${direction}.${index + 1}` as TextKey)}</li>
      ))}
    </ol>
  )
}

/** Opens the panel in the person's browser; nothing where customers host it themselves. */
export function PanelButton({ way: { id, panel }, children }: { way: ManualWay; children?: ReactNode }) {
  const t = useT()
  if (!panel) return null
  return (
    <Button leftSection={<IconExternalLink size={16} stroke={1.75} />} onClick={() => bridge.openExternal(panel)}>
      {children ?? t('enter.openSite', { name: t(`providers.manual.${id}.name`) })}
    </Button>
  )
}
