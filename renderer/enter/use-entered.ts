/** When another key answers, the tab that waited goes on to the question about it by itself, in front or not. */
import { useEffect } from 'react'
import { tryTarget } from '../actions.js'
import { useAppPart, windowState } from '../state.js'
import { showError } from '../ui/notify.js'
import { endFollowing, enteringOf, useAttempts } from './store.js'

export function useEntered() {
  const entering = useAppPart((app) => app.entering)
  const attempts = useAttempts()
  useEffect(() => {
    const { app, tabs } = windowState()
    for (const tab of tabs) {
      const server = tab.kind === 'enter' && app?.servers.find((one) => one.id === tab.serverId)
      if (!server || !attempts[server.id]?.isFollowed || enteringOf(entering, server)?.phase !== 'answered') continue
      endFollowing(server.id)
      void connectIn(tab.key, server.id)
    }
  }, [entering, attempts])
}

/** The session takes the place of the page; a person who is at another tab stays there. */
export async function connectIn(tabKey: string, serverId: string) {
  const error = await tryTarget({ kind: 'server', id: serverId }, { inTab: tabKey, behind: true })
  if (error) showError(error)
}
