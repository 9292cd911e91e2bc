import { Button } from '@mantine/core'
import { openTarget } from '../actions.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'

/** A server that was open when the window closed last time. Nothing is sent before the button. */
export function ClosedPage({ tabKey, target }: { tabKey: string; target: string }) {
  const t = useT()
  const server = useAppPart((app) => app.servers.find((one) => one.target === target))
  return (
    <div className="rt-page">
      <h1>{t('common.closed.title', { name: server?.name ?? target })}</h1>
      <p className="rt-dim">{t('common.closed.text')}</p>
      <Button
        mt={20}
        size="sm"
        variant="filled"
        data-autofocus
        onClick={() => void openTarget(server ? { kind: 'server', id: server.id } : { kind: 'address', text: target }, { inTab: tabKey })}
      >
        {t('common.closed.do')}
      </Button>
    </div>
  )
}
