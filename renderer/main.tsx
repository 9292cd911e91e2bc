import { nonce } from './nonce.js'
import './fonts.css'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './styles.css'
import './ui/ui.css'
import { type MantineColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { createRoot } from 'react-dom/client'
import { App, onCloseAsked, runMenuCommand } from './app.js'
import { bridge } from './bridge.js'
import { resolveLanguage, setLanguage } from './i18n.js'
import { watchCore } from './session-start.js'
import { Starting } from './starting.js'
import { update, useWindow } from './state.js'
import { cssVariablesResolver, theme } from './theme.js'

// The settings of the core decide; nothing is kept in the page.
const colorSchemes: MantineColorSchemeManager = {
  get: (initial) => initial,
  set: () => {},
  subscribe: () => {},
  unsubscribe: () => {},
  clear: () => {},
}

function Window() {
  const ready = useWindow((state) => state.app !== undefined)
  return ready ? <App /> : <Starting />
}

setLanguage(resolveLanguage('system', bridge.locale))
// A command can open a server: it waits until the core has spoken and the first tabs are there.
watchCore(() => bridge.onCommand(runMenuCommand))
bridge.onCloseAsked(() => onCloseAsked(() => update(() => ({ closeAsked: true }))))

const root = document.getElementById('root')
if (!root) throw new Error('no root element')
createRoot(root).render(
  <MantineProvider
    theme={theme}
    cssVariablesResolver={cssVariablesResolver}
    colorSchemeManager={colorSchemes}
    defaultColorScheme="auto"
    getStyleNonce={() => nonce}
  >
    <Notifications position="bottom-right" limit={4} containerWidth={380} />
    <Window />
  </MantineProvider>,
)
