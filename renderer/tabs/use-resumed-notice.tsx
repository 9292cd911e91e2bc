import { notifications } from '@mantine/notifications'
import { useEffect } from 'react'
import { showName } from '../../shared/file-names.js'
import { api, call } from '../api.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { ErrorText } from '../ui/error-text.js'
import { nameOf } from './tab-label.js'

const id = 'resumed'

/** Says what this start finished, rolled back or found (a stay in rescue is said by the banner). Closing it settles it. */
export function useResumedNotice() {
  const t = useT()
  const resumed = useAppPart((app) => app.resumed)
  const keptEdits = useAppPart((app) => app.keptEdits)
  const unreadable = useAppPart((app) => app.unreadable)
  const interventions = useAppPart((app) => app.interventions)
  const history = useAppPart((app) => app.history)
  useEffect(() => {
    const news = resumed.filter((one) => one.outcome !== 'still-active')
    if (!news.length && !keptEdits.length && !unreadable.length) return
    const nameFor = (id: string) => {
      const found = interventions.find((one) => one.id === id) ?? history.find((one) => one.id === id)
      return found ? nameOf(found, t) : t('common.resumed.someone')
    }
    const content = {
      title: t('common.resumed.title'),
      message: [
        ...news.map((one) => <p key={one.id}>{t(`common.resumed.${one.outcome}`, { name: nameFor(one.id) })}</p>),
        ...keptEdits.map(({ id, server, path, file }) => (
          <p key={id}>
            {t('common.resumed.edit', { server, path: showName(path) })} <code>{file}</code>
          </p>
        )),
        ...unreadable.map((file) => <ErrorText key={file} error={{ code: 'list-unreadable', data: { file } }} />),
      ],
      autoClose: false,
      withBorder: true,
      closeButtonProps: { 'aria-label': t('common.close') },
      onClose: () => void call(api.resumed.dismiss()),
    }
    notifications.update({ id, ...content })
    notifications.show({ id, ...content }) // does nothing when it is on screen already
  }, [resumed, keptEdits, unreadable, interventions, history, t])
}
