/**
 * The application menu. On Linux and Windows there is no menu bar, and the only key taken is F11: all others belong to the page,
 * which knows when a terminal has the focus. macOS needs its usual menus for copy, paste and windows.
 */
import type { MenuItemConstructorOptions } from 'electron'

const words = {
  en: { tab: 'New Tab', close: 'Close Tab', settings: 'Settings…', shell: 'Shell' },
  fr: { tab: 'Nouvel onglet', close: 'Fermer l’onglet', settings: 'Réglages…', shell: 'Shell' },
}

export function menuTemplate(
  platform: NodeJS.Platform,
  language: string,
  send: (command: 'new-tab' | 'close-tab' | 'settings') => void,
): MenuItemConstructorOptions[] {
  if (platform !== 'darwin') return [{ role: 'viewMenu', submenu: [{ role: 'togglefullscreen' }] }]
  const text = language.startsWith('fr') ? words.fr : words.en
  return [
    {
      role: 'appMenu',
      submenu: [
        { role: 'about' },
        { type: 'separator' },
        { label: text.settings, accelerator: 'Cmd+,', click: () => send('settings') },
        { type: 'separator' },
        { role: 'hide' },
        { role: 'hideOthers' },
        { role: 'unhide' },
        { type: 'separator' },
        { role: 'quit' },
      ],
    },
    {
      label: text.shell,
      submenu: [
        { label: text.tab, accelerator: 'Cmd+T', click: () => send('new-tab') },
        { label: text.close, accelerator: 'Cmd+W', click: () => send('close-tab') },
      ],
    },
    { role: 'editMenu' },
    { role: 'viewMenu', submenu: [{ role: 'togglefullscreen' }] },
    { role: 'windowMenu', submenu: [{ role: 'minimize' }, { role: 'zoom' }, { role: 'front' }] },
  ]
}
