import { Button } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { api } from '../api.js'
import { bridge } from '../bridge.js'
import { useT } from '../i18n.js'
import { useAction } from '../ui/use-action.js'

type KeyPage = Parameters<typeof api.accounts.keyPage>[0]

/** OVHcloud's page with the least rights filled in; the new key is then entered under *Providers*. */
export function NewKey(page: KeyPage) {
  const t = useT()
  const { isBusy, runAndWait } = useAction()
  async function open() {
    const answer = await runAndWait(api.accounts.keyPage(page))
    if (answer) bridge.openExternal(answer.url)
  }
  return (
    <Button variant="filled" loading={isBusy} leftSection={<IconExternalLink size={16} stroke={1.75} />} onClick={() => void open()}>
      {t('enter.newKey')}
    </Button>
  )
}
