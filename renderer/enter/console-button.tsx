import { Button } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import type { ProviderLink } from '../../shared/provider.js'
import { api } from '../api.js'
import { bridge } from '../bridge.js'
import { useT } from '../i18n.js'
import { useAction } from '../ui/use-action.js'
import { showProblem } from './problem-text.js'
import { useAccount } from './use-account.js'

/** OVHcloud gives the address of a VPS's or an instance's screen; nobody else does by API. */
export const hasConsole = (link: ProviderLink | undefined) => link?.kind === 'account' && /^(vps|cloud)\//.test(link.server)

/** The machine's screen, in the browser. Its address is a key to it: asked for when pressed, and kept nowhere. */
export function ConsoleButton({ visit, link, suggested }: { visit: string; link: ProviderLink | undefined; suggested?: boolean }) {
  const t = useT()
  const { isBusy, runAndWait } = useAction()
  const account = useAccount(link)
  if (!account || !hasConsole(link)) return null
  async function open() {
    const answer = await runAndWait(api.visit.console({ id: visit }))
    if (answer?.kind === 'ok') bridge.openExternal(answer.value.url)
    else if (answer) showProblem(answer.problem, account?.kind)
  }
  return (
    <Button
      variant={suggested ? 'filled' : 'default'}
      loading={isBusy}
      leftSection={<IconExternalLink size={16} stroke={1.75} />}
      onClick={() => void open()}
    >
      {t('enter.console')}
    </Button>
  )
}
