import { expect, test } from 'vitest'
import { menuTemplate } from '../../../electron/window/menu.js'

const keys = (items: ReturnType<typeof menuTemplate>): string[] =>
  items.flatMap((item) => [
    ...(item.accelerator ? [String(item.accelerator)] : []),
    ...(item.role ? [`role:${item.role}`] : []),
    ...(Array.isArray(item.submenu) ? keys(item.submenu) : []),
  ])

test.each(['linux', 'win32'] as const)('on %s the menu takes F11 and nothing that a terminal needs', (platform) => {
  expect(keys(menuTemplate(platform, 'en', () => {}))).toEqual(['role:viewMenu', 'role:togglefullscreen'])
})

test('on macOS commands go to the page, in the language of the system', () => {
  const sent: string[] = []
  const [, shell] = menuTemplate('darwin', 'fr-FR', (command) => sent.push(command))
  const items = shell!.submenu as ReturnType<typeof menuTemplate>
  expect(items.map((item) => item.label)).toEqual(['Nouvel onglet', 'Fermer l’onglet'])
  for (const item of items) item.click!({} as never, undefined, {} as never)
  expect(sent).toEqual(['new-tab', 'close-tab'])
})
