import { ActionIcon, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { bridge } from '../bridge.js'
import { useT } from '../i18n.js'

/** Copies through main and says so for two seconds. `label` names what is copied when several stand side by side. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useT()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])
  const name = copied ? t('common.copied') : (label ?? t('common.copy'))
  return (
    <Tooltip label={name}>
      <ActionIcon
        aria-label={name}
        onClick={() => {
          bridge.copy(text)
          setCopied(true)
        }}
      >
        {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
      </ActionIcon>
    </Tooltip>
  )
}
