import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { axe, expect, shot, test } from './launch.js'

// The whole practice drill as a person does it: every click is counted (goal ≤ 8), and its time printed (goal ≤ 60 s).
for (const theme of ['dark', 'light'] as const)
  test.describe(theme, () => {
    test.use({ theme })
    test('practice: rescue, refused key, set aside, sign in, normal boot, restored', async ({ app }) => {
      test.setTimeout(120_000)
      const { page } = app
      let actions = 0
      const press = async (name: string) => {
        actions++
        await page.getByRole('button', { name, exact: true }).click()
      }
      await axe(page)
      await shot(page, `01-first-run-${theme}`)
      const begun = Date.now()

      await press('Start practice')
      await expect(page.locator('.xterm-rows')).toContainText('root@practice', { timeout: 20_000 })
      await axe(page)
      await shot(page, `18-practice-${theme}`)
      const knownHosts = join(app.dataDir, 'practice/known_hosts')
      const before = readFileSync(knownHosts)

      await press('Put it in rescue mode')
      await expect(page.getByRole('heading', { name: 'This server does not show the identity you know' })).toBeVisible({ timeout: 20_000 })
      await expect(page.getByRole('button', { name: 'Disconnect', exact: true })).toBeFocused()
      await axe(page)
      await shot(page, `03a-host-key-${theme}`)

      await press('Show the edit')
      await expect(page.getByRole('button', { name: 'Set aside and connect' })).toBeEnabled()
      await axe(page)
      await shot(page, `03b-edit-${theme}`)
      expect(readFileSync(knownHosts).equals(before)).toBe(true)

      await press('Set aside and connect')
      await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible({ timeout: 20_000 })
      await axe(page)
      await shot(page, `02-sign-in-${theme}`)
      expect(readFileSync(knownHosts, 'utf8')).toContain('#rescueterm:')

      await press('Sign in')
      await expect(page.locator('.xterm-rows')).toContainText('root@rescue', { timeout: 20_000 })
      await axe(page)
      await shot(page, `04-rescue-terminal-${theme}`)

      await press('Boot it normally')
      await expect(page.getByRole('heading', { name: 'Back to normal' })).toBeVisible({ timeout: 40_000 })
      await axe(page)
      await shot(page, `06c-back-to-normal-${theme}`)
      expect(readFileSync(knownHosts).equals(before)).toBe(true)

      await press('Open terminal')
      await expect(page.locator('.xterm-rows')).toContainText('root@practice', { timeout: 20_000 })
      const seconds = (Date.now() - begun) / 1000
      console.log(`practice drill: ${actions} actions, ${seconds.toFixed(1)} s`)
      expect(actions).toBeLessThanOrEqual(8)
      expect(seconds).toBeLessThanOrEqual(60)
    })
  })
