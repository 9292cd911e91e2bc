/**
 * The work of a rescue in a real window, on a real disk: an sshd in a mount namespace of its own sees an image with a Debian on a
 * loop device. Needs root and loop devices, and fails with the reason where they are missing.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHostKeys, createLoopDisks, type LoopDisks, plantSystem } from '../support/loop-disks.js'
import { generateKey } from '../support/sshd.js'
import { everyLook } from './every-look.js'
import { axe, type ElectronApplication, expect, type RunningApp, shot } from './launch.js'
import { button, heading, linesFor, screen, setAside, signInWithKey, test as withServers, writeHosts, writeKnownHosts } from './servers.js'

const name = 'vps-2041.example.net'
const gone = '1c5e0f7a-2b7d-4e55-b0c8-9f0d6a4be210'
const withFault = `UUID=${gone} /srv/data ext4 defaults,x-owner=ops@example.net 0 2`

const test = withServers.extend<{ disks: LoopDisks; ownKey: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  disks: async ({}, use) => {
    const disks = await createLoopDisks()
    await use(disks)
    await disks.end()
  },
  ownKey: async ({ home }, use) => {
    const key = await generateKey(join(home, '.ssh/id_ed25519'), 'ed25519')
    await use(readFileSync(`${key}.pub`, 'utf8').trim())
  },
})

/** BIOS boot and root, with a line in fstab whose disk is gone. @returns the loop device of the whole disk. */
function plantDisk(disks: LoopDisks, keys: string): string {
  // Sparse; the write test wants room for its file twice.
  const image = disks.image(1400)
  disks.run(`printf 'label: gpt\\nsize=2M,type=21686148-6449-6E6F-744E-656564454649\\ntype=L\\n' | sfdisk -q "$1"`, image)
  const loop = disks.attach(image)
  const fill = join(disks.folder, 'fill')
  disks.run('mkfs.ext4 -q -L root "$1"p2; mkdir "$2"; mount "$1"p2 "$2"; mkdir -p "$2"/var/tmp', loop, fill)
  const uuid = disks.run('blkid -p -s UUID -o value "$1"p2', loop).trim()
  plantSystem(disks, fill, { hostname: 'web-1', fstab: `UUID=${uuid} / ext4 errors=remount-ro 0 1\n${withFault}\n`, keys })
  disks.run('umount "$1"', fill)
  return loop
}

/** The step's work in the right panel, also after a change of size. */
const chooseStep = (app: RunningApp, step: string) => app.page.locator('.rt-step-way', { hasText: step }).click()
const closeFront = (app: RunningApp) => app.page.keyboard.press('Control+Shift+W')

test('04, 05, 06a, 07, 20: disks, mount, examine, mend, undo, measure, report, unmount, leave with a red item', async ({
  disks,
  serve,
  open,
  home,
  ownKey,
}) => {
  test.setTimeout(600_000)
  const keys = createHostKeys(disks.folder)
  const loop = plantDisk(disks, keys.folder)
  // Usually /mnt; the next one where something is mounted there already.
  const place = () => disks.run('findmnt -rno TARGET --source "$1"p2 || true', loop).trim()
  const fstab = () => disks.run('cat "$1"/etc/fstab', place())
  const own = ['ed25519', 'ecdsa', 'rsa'].map((type) => ({ path: join(keys.folder, `ssh_host_${type}_key`) }))
  const sshd = await serve({ hostKeys: own, authorizedKeys: [ownKey], inside: disks.inside })
  writeKnownHosts(home, linesFor([sshd]))
  writeHosts(home, { [name]: sshd })
  await sshd.restart(['ed25519'])
  const app = await open([name])
  const { page } = app
  await setAside(app)
  await signInWithKey(app)

  await expect(heading(app, 'Is this your system?')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText('Debian GNU/Linux 12 (bookworm) “web-1”')).toBeVisible()
  await expect(page.getByText('Holds the 3 host keys you know')).toBeVisible()
  const willRun = page.getByRole('region', { name: 'Will run' })
  await expect(willRun).toContainText(`${loop}p2`)
  await willRun.getByRole('button', { name: 'Copy' }).click()
  expect(await copiedText(app)).toBe(await willRun.locator('pre').textContent())
  await everyLook(app, '04-disks')
  await button(app, /^Mount at \/mnt/).click()
  await expect(heading(app, 'Your system is mounted')).toBeVisible({ timeout: 20_000 })
  expect(place()).toMatch(/^\/mnt\d*$/)
  await everyLook(app, '04-mounted')

  await button(app, 'Next: Repair').click()
  await expect(page.locator('.rt-steps')).toContainText(`${loop.slice('/dev/'.length)}p2 at ${place()}`)
  await button(app, 'Check the system').click()
  const nofail = page.getByRole('form', { name: 'Add nofail' })
  await expect(nofail).toBeVisible({ timeout: 60_000 })
  await expect(nofail).toContainText('/etc/fstab')
  await expect(page.getByText('Checking, reads only')).toBeHidden({ timeout: 60_000 })
  await everyLook(app, '05-repair')
  await editByHand(app)
  await nofail.getByRole('button', { name: 'Add nofail' }).click()
  await expect(page.getByText(/fixed at .*, checked again/)).toBeVisible({ timeout: 60_000 })
  expect(fstab()).toContain(withFault.replace('.net', '.net,nofail'))
  await button(app, 'Next: Leave').click()
  await expect(page.locator('.rt-steps li', { hasText: 'Repair' })).toContainText('1 fix')
  await chooseStep(app, 'Repair')
  await button(app, /^Undo: /).click()
  await expect(page.locator('.rt-changes')).toContainText('undone', { timeout: 60_000 })
  expect(fstab()).toContain(withFault)
  await expect(page.getByText('Taking a change back')).toBeHidden({ timeout: 60_000 })

  await button(app, /^\d+ commands run$/).click()
  await page.locator('.rt-panel-body').getByRole('button', { name: 'Copy', exact: true }).last().click()
  const copied = await copiedText(app)
  expect(copied).toContain(`${place()}/etc/fstab`)
  expect(copied).toBe(await page.locator('.rt-panel-body pre').last().textContent())

  await runFromPalette(app, 'measure', 'Measure the disk')
  await expect(heading(app, 'Is the disk slow?')).toBeVisible()
  await button(app, 'Test reading').click()
  await button(app, 'Stop').click()
  await expect(button(app, 'Test reading')).toBeEnabled({ timeout: 20_000 })
  await expect(page.getByText('Random read, 4 KiB')).toHaveCount(0)
  await button(app, 'Test writing too').click()
  await expect(button(app, 'Stop')).toBeVisible()
  await expect(button(app, 'Test again')).toBeEnabled({ timeout: 120_000 })
  for (const rate of ['Random read, 4 KiB', 'Sequential read', 'Random write, 4 KiB', 'Sequential write'])
    await expect(page.getByText(rate).first()).toBeVisible()
  expect(disks.run('ls -A "$1"/var/tmp', place())).toBe('')
  await expect(page.locator('.rt-also')).toBeVisible()
  await everyLook(app, '07-disk-speed')

  await runFromPalette(app, 'report', 'Rescue report')
  await expect(heading(app, 'Software, as far as can be seen from here')).toBeVisible()
  const preview = page.locator('.rt-report-text')
  await expect(preview).toContainText(`# ${name}: rescue diagnosis`)
  await expect(preview).toContainText('random read 4 KiB')
  const toldFault = withFault.replace('ops@example.net', '[removed]')
  await expect(preview).toContainText(toldFault)
  await page.getByRole('checkbox', { name: 'Findings with their evidence' }).uncheck()
  await expect(preview).not.toContainText(toldFault)
  await page.getByRole('checkbox', { name: 'Findings with their evidence' }).check()
  await button(app, 'Show where').click()
  await expect(preview.locator('mark.rt-now')).toBeInViewport()
  await button(app, 'Copy').click()
  expect((await copiedText(app)).trim()).toBe((await preview.textContent())?.trim())
  await everyLook(app, '20-report')
  await saveReport(app, home)
  await closeFront(app)
  await closeFront(app)

  // The panel is where it was left.
  await expect(page.locator('.rt-steps [aria-current=step]')).toContainText('Repair')
  await chooseStep(app, 'Disks')
  await button(app, 'Unmount').click()
  await expect(heading(app, 'Is this your system?')).toBeVisible({ timeout: 30_000 })
  expect(place()).toBe('')
  await button(app, /^Mount at \/mnt/).click()
  await expect(heading(app, 'Your system is mounted')).toBeVisible({ timeout: 20_000 })

  await page.locator('.xterm-helper-textarea').focus()
  await page.keyboard.type(`cd ${place()}/etc\n`)
  await expect(screen(app)).toContainText(`${place()}/etc#`)
  const { data, at } = mountByHand(disks)
  await leaveWithRedItem(app, `${data} ${at}`)
  expect(disks.run('cat /proc/self/mountinfo')).not.toMatch(/ \/dev\/loop\d/)
  await button(app, 'Done').click()
  await button(app, 'I have restarted it').click()
  await expect(page.locator('.rt-leave')).toContainText('1 skipped')
  await sshd.restart(own)
  await expect(heading(app, 'Back to normal')).toBeVisible({ timeout: 40_000 })
})

test('16a, 16b: what is locked is skipped and asked for again; a disk of another machine', async ({ disks, serve, open, home, ownKey }) => {
  test.setTimeout(300_000)
  const luks = disks.image(64)
  disks.run('printf secret | cryptsetup luksFormat --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "$1" -', luks)
  const locked = disks.attach(luks)
  const sshd = await serve({ hostKeys: ['ed25519', 'rsa'], authorizedKeys: [ownKey], inside: disks.inside })
  writeKnownHosts(home, linesFor([sshd]))
  writeHosts(home, { [name]: sshd })
  await sshd.restart(['ed25519'])
  const app = await open([name])
  const { page } = app
  await setAside(app)
  await signInWithKey(app)

  await expect(heading(app, 'Locked: open it to look inside')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('region', { name: 'Will run' })).toContainText(`cryptsetup open --readonly --key-file=- ${locked}`)
  await expect(button(app, 'Unlock and look inside')).toBeDisabled()
  await everyLook(app, '16a-disks-locked')
  await button(app, 'Skip').click()
  await expect(heading(app, 'No Linux system was found on these disks')).toBeVisible()
  await button(app, 'Open what is locked…').click()
  await expect(heading(app, 'Locked: open it to look inside')).toBeVisible()

  plantDisk(disks, createHostKeys(disks.folder).folder)
  await button(app, 'Look again').click()
  await expect(heading(app, 'Not the disk of the server you know')).toBeVisible({ timeout: 30_000 })
  await everyLook(app, '16b-other-machine')
  await button(app, 'Disconnect').click()
  await expect(page.getByRole('tab', { name: /RESCUE/ })).toHaveCount(0)
})

/** As a terminal does, at a place of its own. */
function mountByHand(disks: LoopDisks) {
  const image = disks.image(16)
  disks.run('mkfs.ext4 -q "$1"', image)
  const data = disks.attach(image)
  const at = join(disks.folder, 'data')
  disks.run('mkdir "$2"; mount "$1" "$2"', data, at)
  return { data, at }
}

/** The start would stop: back to the repairs, then on all the same with a word why, and past a shell that stands in the way. */
async function leaveWithRedItem(app: RunningApp, mountedByHand: string) {
  const { page } = app
  const turn = page.locator('.rt-leave-now')
  await button(app, 'Leave rescue').first().click()
  await expect(turn).toContainText('fstab waits for a disk that is gone', { timeout: 30_000 })
  await everyLook(app, '06a-leave-checklist')
  await button(app, 'Go to Repair').click()
  await expect(page.getByRole('form', { name: 'Add nofail' })).toBeVisible()
  await button(app, 'Leave rescue').first().click()
  await expect(turn).toContainText('fstab waits for a disk that is gone', { timeout: 30_000 })
  await button(app, 'Skip…').click()
  await page.getByRole('menuitem', { name: 'I have the console' }).click()
  await expect(page.locator('.rt-leave li', { hasText: 'fstab and boot files are valid' })).toContainText('I have the console')
  await expect(turn).toContainText('What is mounted is still in use', { timeout: 30_000 })
  await expect(turn).toContainText(mountedByHand)
  await axe(page)
  await shot(page, '06a-leave-in-use.dark')
  await button(app, 'Type cd / for me').click()
  await expect(turn).toContainText('Set it to start from its disk', { timeout: 30_000 })
}

const copiedText = ({ electron }: RunningApp) => electron.evaluate(({ clipboard }) => clipboard.readText())

async function runFromPalette({ page }: RunningApp, typed: string, entry: string) {
  await page.keyboard.press('Control+Shift+P')
  await page.getByLabel('All commands').fill(typed)
  await expect(page.locator('[data-selected]')).toContainText(entry)
  await page.keyboard.press('Enter')
}

/** The file goes to the person's own program, which notes its path instead. */
async function editByHand({ electron, page }: RunningApp) {
  await electron.evaluate(({ shell }) => {
    shell.openPath = async (path) => {
      ;(globalThis as { openedFile?: string }).openedFile = path
      return ''
    }
  })
  await page.getByRole('form', { name: 'Add nofail' }).getByRole('button', { name: 'Edit by hand' }).click()
  const opened = () => electron.evaluate(() => (globalThis as { openedFile?: string }).openedFile)
  await expect.poll(opened, { timeout: 20_000 }).toContain('fstab')
  expect(readFileSync((await opened())!, 'utf8')).toContain(withFault)
  await page.getByRole('button', { name: 'Files', exact: true }).click()
}

/** Where the person says, in both formats; the file is what the preview shows. */
async function saveReport({ electron, page }: RunningApp, home: string) {
  for (const format of ['Markdown', 'JSON']) {
    const file = join(home, `report.${format}`)
    await electron.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath })
    }, file)
    await page.locator('.rt-report-right').getByText(format, { exact: true }).click()
    await page.getByRole('button', { name: 'Save report…' }).click()
    await expect(page.getByText(`Saved as report.${format}.`)).toBeVisible()
    expect(await shownInFolder(electron, () => page.getByRole('button', { name: 'Show in folder' }).click())).toBe(file)
    const text = readFileSync(file, 'utf8')
    expect(text.trim()).toBe((await page.locator('.rt-report-text').textContent())?.trim())
    if (format === 'JSON') expect(JSON.parse(text)).toMatchObject({ name, verdict: 'software' })
  }
  await electron.evaluate(({ dialog }) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath: '/proc/nowhere/report.md' })
  })
  await page.getByRole('button', { name: 'Save report…' }).click()
  await expect(page.getByText('It could not be saved there (ENOENT). Choose another folder.')).toBeVisible()
}

/** The path that would be shown in the system's file manager. */
async function shownInFolder(electron: ElectronApplication, show: () => Promise<void>): Promise<string> {
  const path = electron.evaluate(
    ({ shell }) =>
      new Promise<string>((resolve) => {
        shell.showItemInFolder = resolve
      }),
  )
  await show()
  return path
}
