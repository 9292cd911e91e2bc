/**
 * Whole rescues with the core of the product on a real machine: what is broken on its disk is found, mended by what the product itself
 * proposes, and the normal start afterwards shows that it is. Breakages that do not touch each other share a rescue.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type App, createApp } from '../../electron/app.js'
import type { Visit } from '../../electron/visit/visit.js'
import type { ProposalAnswer, RepairTaskId } from '../../shared/repair.js'
import type { SessionPhase } from '../../shared/terminal-session.js'
import { leavingItems } from '../../shared/visit.js'
import { visitId } from '../../shared/visit-id.js'
import { type Breakage, breakages } from './breakages.js'
import { customerImage, customerLogins, rescueImage } from './images.js'
import { createMachine, type Machine } from './machine.js'
import { type Login, logIn } from './remote.js'
import { onDisk, openWorkshop } from './workshop.js'

type BreakageName = keyof typeof breakages

/** What the product says of a breakage, and which of its proposals is taken. */
interface Repair {
  task: RepairTaskId
  /** Of the finding: its id, then its state and the code of its words. */
  finding: string
  says: string
  proposal: string
  answer?: ProposalAnswer
  typed?: string
}

const rootPassword = 'back <again>'
const newPassword: ProposalAnswer = { kind: 'password', password: rootPassword }
const netplan = '/etc/netplan/50-cloud-init.yaml'

const grub = { task: 'boot', finding: 'loader', proposal: 'install-grub:/dev/sdb', typed: 'sdb' } as const

const repairs: Record<BreakageName, Repair> = {
  // A password nobody knows looks like any other; the person does not need to be told.
  'forgotten-root-password': {
    task: 'access',
    finding: 'password:root',
    says: 'fine password-set',
    proposal: 'change-password',
    answer: newPassword,
  },
  'locked-root': { task: 'access', finding: 'password:root', says: 'warning password-locked', proposal: 'unlock-password' },
  'root-login-off': { task: 'access', finding: 'way-in', says: 'fault no-way-in', proposal: 'let-root-in', answer: newPassword },
  'sshd-config-syntax': { task: 'access', finding: 'sshd-config', says: 'fault sshd-broken', proposal: 'comment-sshd-lines' },
  'fstab-unknown-uuid': {
    task: 'boot',
    finding: 'fstab-unknown-device:/data',
    says: 'fault fstab-unknown-device',
    proposal: 'fstab-nofail',
  },
  'network-wrong-interface': {
    task: 'network',
    finding: `interface-missing:${netplan}:eth0`,
    says: 'fault net-interface-missing',
    proposal: 'rename-interface',
  },
  'network-wrong-gateway': {
    task: 'network',
    finding: `gateway-differs:${netplan}:ens3`,
    says: 'fault net-gateway-differs',
    proposal: 'fix-gateway',
  },
  'ufw-lock-out': { task: 'firewall', finding: 'firewall:ufw', says: 'fault firewall-keeps-out', proposal: 'firewall-let-in' },
  'disk-full': {
    task: 'boot',
    finding: 'space:/',
    says: 'fault space-full',
    proposal: 'empty-log:/var/log/app/debug.log',
    typed: 'debug.log',
  },
  'grub-mbr-wiped': { ...grub, says: 'fault loader-missing' },
  'grub-core-wiped': { ...grub, says: 'fault loader-missing' },
  'grub-modules-missing': { ...grub, says: 'fault loader-files-missing' },
  'efi-loader-missing': { task: 'boot', finding: 'loader', says: 'fault loader-efi-missing', proposal: 'install-grub-efi', typed: 'sdb' },
  'initramfs-missing': { task: 'boot', finding: 'kernel', says: 'fault initramfs-missing', proposal: 'make-initramfs' },
}

/** In the order they are mended: a full disk takes no edits. */
const rescues: BreakageName[][] = [
  ['disk-full', 'forgotten-root-password', 'sshd-config-syntax', 'fstab-unknown-uuid', 'network-wrong-interface', 'ufw-lock-out'],
  ['locked-root', 'root-login-off', 'network-wrong-gateway', 'grub-mbr-wiped'],
  ['grub-modules-missing', 'initramfs-missing'],
  ['grub-core-wiped'],
  ['efi-loader-missing', 'root-login-off'],
]

// Eleven to fourteen minutes beside other work on two processors.
const LIMIT_MS = 1_800_000

let home: string
let app: App
let machine: Machine
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'rescueterm-lab-'))
  app = createApp({ version: '0', paths: { home, dataDir: join(home, 'data') } })
  await app.start()
})
afterEach(async () => {
  await machine?.dispose()
  await app?.dispose()
  await rm(home, { recursive: true, force: true })
})

it.each(rescues.map((names) => [names.join(', '), names] as const))(
  '%s: found, mended as proposed, and the server starts again',
  async (_, names) => {
    const broken: Breakage[] = names.map((name) => breakages[name])
    machine = await createMachine(await customerImage('plain'), broken.find(({ firmware }) => firmware)?.firmware)
    await damage(names)
    const known = join(home, '.ssh/known_hosts')
    const before = `# my servers\nother.example ${machine.image.hostKeys[0]}\n${machine.knownHosts()}`
    await mkdir(join(home, '.ssh'), { mode: 0o700 })
    await writeFile(known, before, { mode: 0o600 })

    const visit = await app.visits.open(visitId('127.0.0.1', machine.port))
    const password = await enterRescue(visit)
    await signIn(password)
    expect(await readFile(known, 'utf8')).not.toBe(before)

    await mount(visit)
    await diagnose(visit)
    for (const name of names) await mend(visit, name)

    await leave(visit)
    expect(await readFile(known, 'utf8')).toBe(before)
    await expectHealthy(names)
  },
  LIMIT_MS,
)

/** In the opposite order: what fills the disk comes last. */
async function damage(names: readonly BreakageName[]) {
  const workshop = await openWorkshop(await rescueImage())
  try {
    const scripts = names.toReversed().map((name) => breakages[name].script)
    await onDisk(workshop, machine, scripts.join('\n'))
  } finally {
    await workshop.close()
  }
}

/** @returns the password of the rescue system. */
async function enterRescue(visit: Visit): Promise<string> {
  const { port } = machine
  const target = { id: visit.id, name: 'vps-lab', target: `root@127.0.0.1:${port}`, host: '127.0.0.1', port, link: undefined }
  await visit.enter(target, 'by-hand', '')
  const { password } = await machine.panel.rebootInRescue()
  await until(() => visit.state().entering?.phase === 'answered')
  await machine.waitForBoot()
  return password
}

/** The guided fix for the other host key, then the password; the look at the disks begins by itself. */
async function signIn(password: string) {
  const text = `root@127.0.0.1:${machine.port}`
  const { terminals } = app
  const id = terminals.open(await app.sessionTarget({ kind: 'address', text }), { cols: 80, rows: 24 })
  const phase = <K extends SessionPhase['kind']>(kind: K) =>
    until(() => {
      const now = terminals.list().find((one) => one.id === id)!.phase
      if (now.kind === 'failed' || now.kind === 'lost') throw new Error(`signing in failed: ${JSON.stringify(now.error)}`)
      return now.kind === kind && (now as Extract<SessionPhase, { kind: K }>)
    })
  const { question } = await phase('host-key')
  expect(question).toMatchObject({ verdict: 'changed', entries: [{}, {}, {}] })
  expect(machine.console.text()).toContain(question.presented.fingerprint)
  const { digest } = await terminals.plan(id, question.id, 'set-aside', false)
  expect(await terminals.setAside(id, question.id, digest, false)).toMatchObject({ kind: 'applied' })
  const { request } = await phase('needs-credentials')
  terminals.authenticate(id, request.id, { kind: 'password', password })
  expect(await phase('open')).toMatchObject({ connection: { key: { whose: 'rescue' } } })
}

/** The system whose host keys were set aside, proven by one of them, mounted to be written. */
async function mount({ disks }: Visit) {
  await until(() => disks.state().phase === 'found')
  expect(disks.state()).toMatchObject({ chosen: '/dev/sdb1', rescue: { hostname: 'rescue', isRescue: true } })
  const system = () => disks.state().volumes.find((one) => one.path === '/dev/sdb1')?.system
  expect(system()).toMatchObject({ hostname: 'vps-lab', identity: { kind: 'same', found: 3, known: 3 } })
  expect(await disks.prove()).toBe(true)
  expect(system()).toMatchObject({ identity: { kind: 'proven' } })
  await disks.mount(disks.state().mount!.digest)
  expect(disks.state().mounted).toMatchObject({ root: '/mnt', readOnly: false, bound: true, others: [{ at: '/mnt/boot/efi' }] })
}

/** Everything in one run; how long it takes is told, since nothing can be promised of an emulated processor. */
async function diagnose(visit: Visit) {
  const began = performance.now()
  await visit.repairs.examine()
  const parts = visit.repairs.state().tasks.map(({ task, phase }) => `${task} ${phase}`)
  console.info(`[lab] the whole diagnosis took ${secondsSince(began)} s: ${parts.join(', ')}`)
  expect(visit.repairs.state().tasks.filter(({ phase }) => phase !== 'done')).toEqual([])
}

const secondsSince = (began: number) => Math.round((performance.now() - began) / 1000)

const findingOf = (visit: Visit, { task, finding }: Repair) =>
  visit.repairs
    .state()
    .tasks.find((one) => one.task === task)
    ?.findings.find(({ id }) => id === finding)

async function mend(visit: Visit, name: BreakageName) {
  const repair = repairs[name]
  const { task, finding, says, proposal, answer = { kind: 'none' }, typed } = repair
  const found = findingOf(visit, repair)
  expect(found && `${found.state} ${found.words.code}`, name).toBe(says)
  expect(
    found!.proposals.map(({ id }) => id),
    name,
  ).toContain(proposal)
  const choice = { task, findingId: finding, proposalId: proposal, answer }
  const { digest } = visit.repairs.plan(choice)
  const began = performance.now()
  expect(await visit.repairs.apply({ ...choice, digest, typed }), name).toMatchObject({ result: 'verified' })
  console.info(`[lab] ${name} was mended in ${secondsSince(began)} s`)
}

/** The checklist: everything it predicts with is green, then the panel's button, and the lines go back by themselves. */
async function leave(visit: Visit) {
  const { leaving } = visit
  const item = (id: string) => leaving.state()!.items.find((one) => one.id === id)!
  const waits = (id: string) =>
    until(() => {
      const stuck = leaving.state()!.items.find((one) => one.state === 'fault' || (one.state === 'waits' && one.id !== id))
      if (stuck) throw new Error(`leaving stops: ${JSON.stringify(stuck)}`)
      return item(id).state === 'waits'
    })
  await leaving.start()
  await waits('boot-mode')
  for (const id of leavingItems.slice(0, leavingItems.indexOf('boot-mode'))) expect(item(id)).toMatchObject({ id, state: 'fine' })
  await leaving.goOn('boot-mode')
  await waits('reboot')
  await machine.panel.rebootInNormalMode()
  expect(await machine.waitForBoot()).toBe('ssh')
  await until(() => leaving.state() === undefined)
  expect(app.interventions.list()).toMatchObject([{ state: 'restored' }])
}

/** Everybody gets in, and what a breakage made fail works. */
async function expectHealthy(names: readonly BreakageName[]) {
  const isNew = names.some((name) => repairs[name].answer?.kind === 'password')
  const everybody: Login[] = [{ ...customerLogins.root, ...(isNew ? { password: rootPassword } : {}) }, customerLogins.debian]
  for (const login of everybody) {
    const remote = await logIn(machine.port, login)
    expect(await remote.output('hostname')).toBe('vps-lab\n')
    for (const name of names) {
      const { complaint }: Breakage = breakages[name]
      if (complaint) expect(await remote.run(complaint.command), name).toMatchObject({ code: 0, stderr: '' })
    }
    remote.end()
  }
}

/** Waits for what the core says of itself; the test's own limit ends it. */
async function until<T>(look: () => T | false | undefined): Promise<T> {
  let stop = () => {}
  try {
    return await new Promise<T>((resolve, reject) => {
      const check = () => {
        try {
          const value = look()
          if (value) resolve(value)
        } catch (error) {
          reject(error)
        }
      }
      stop = app.onDidChange(check)
      check()
    })
  } finally {
    stop()
  }
}
