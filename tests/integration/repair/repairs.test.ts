/** The engine on a real directory tree, with a task small enough to see through. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../electron/clock.js'
import { silentLog } from '../../../electron/log.js'
import { createSystemFiles } from '../../../electron/machine/system-files.js'
import { createRepairs, type Repairs } from '../../../electron/repair/repairs.js'
import type { StoredChange } from '../../../electron/repair/stored-change.js'
import type { MountedSystem, RepairTask, Step } from '../../../electron/repair/task.js'
import { localMachine } from '../../support/local-machine.js'

let root: string
let system: MountedSystem
let saved: StoredChange[]
let local: ReturnType<typeof localMachine>

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rt-repair-'))
  mkdirSync(join(root, 'etc'))
  writeFileSync(join(root, 'etc/fstab'), 'a\nUUID=gone /srv ext4 defaults 0 2\nb\n')
  local = localMachine()
  saved = []
  system = {
    machine: local.machine,
    root,
    files: createSystemFiles(local.machine, root),
    readOnly: false,
    inSystem: (words) => words,
    os: { id: 'debian', like: [], version: '12', name: 'Debian 12' },
    device: '/dev/sdb1',
    disks: ['/dev/sdb'],
    attached: ['/dev/sdb'],
    uefi: false,
    blockDevices: [],
    clientAddress: undefined,
  }
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** Fault while fstab lacks `nofail`. */
function fstabTask(extra: Step[] = []): RepairTask {
  return {
    id: 'boot',
    async examine({ files }) {
      const before = (await files.text('/etc/fstab')) ?? ''
      const isFine = before.includes('nofail')
      const after = before.replace('defaults', 'defaults,nofail')
      return [
        {
          id: 'fstab',
          state: isFine ? 'fine' : 'fault',
          words: { code: 'fstab', values: {} },
          evidence: [],
          keepsOut: true,
          proposals: isFine
            ? []
            : [
                {
                  id: 'nofail',
                  words: { code: 'nofail', values: {} },
                  risk: 'writes',
                  steps: () => [{ kind: 'edit', path: '/etc/fstab', before, after }, ...extra],
                },
              ],
        },
      ]
    },
  }
}

function repairsOf(task: RepairTask, changes: StoredChange[] = []): Repairs {
  return createRepairs({
    tasks: [task],
    system: () => system,
    commands: () => local.records,
    clock: systemClock,
    log: silentLog,
    changes,
    since: () => undefined,
    async save(list) {
      saved = JSON.parse(JSON.stringify(list))
    },
    onDidChange() {},
  })
}
const choice = { task: 'boot', findingId: 'fstab', proposalId: 'nofail', answer: { kind: 'none' } } as const
const fstab = () => readFileSync(join(root, 'etc/fstab'), 'utf8')
const proposalOf = (repairs: Repairs) => repairs.state().tasks.find((one) => one.task === 'boot')!.findings[0]!.proposals[0]!

describe('repairs', () => {
  it.each(['fault that removes', 'step that fails after it'])('brings a removed file back as it was: %s', async (what) => {
    const secret = 'x'.repeat(300 * 1024)
    writeFileSync(join(root, 'etc/keyfile'), secret, { mode: 0o600 })
    const extra: Step[] = [
      { kind: 'edit', path: '/etc/keyfile', before: secret, after: undefined },
      ...(what.startsWith('step') ? [{ kind: 'run', words: ['false'], risk: 'writes' } as const] : []),
    ]
    const repairs = repairsOf(fstabTask(extra))
    await repairs.examine()
    const change = await repairs.apply({ ...choice, digest: proposalOf(repairs).digest })
    if (what.startsWith('fault')) await repairs.undo(change.id)
    expect(readFileSync(join(root, 'etc/keyfile'), 'utf8')).toBe(secret)
    expect(statSync(join(root, 'etc/keyfile')).mode & 0o777).toBe(0o600)
    expect(fstab()).not.toContain('nofail')
  })

  it.each(['fault that removes', 'step that fails after it'])('labels a removed file that it brings back: %s', async (what) => {
    const labels = 'etc/selinux/targeted/contexts/files'
    for (const folder of [labels, 'usr/sbin', 'proc']) mkdirSync(join(root, folder), { recursive: true })
    writeFileSync(join(root, 'etc/selinux/config'), 'SELINUX=enforcing\nSELINUXTYPE=targeted\n')
    for (const file of ['usr/sbin/setfiles', 'proc/version', `${labels}/file_contexts`]) writeFileSync(join(root, file), '')
    writeFileSync(join(root, 'etc/ifcfg-old'), 'DEVICE=old\n')
    const extra: Step[] = [
      { kind: 'edit', path: '/etc/ifcfg-old', before: 'DEVICE=old\n', after: undefined },
      ...(what.startsWith('step') ? [{ kind: 'run', words: ['false'], risk: 'writes' } as const] : []),
    ]
    const labelled: string[][] = []
    const run = local.machine.run
    system.machine = {
      run(command) {
        if (command.words[0] !== 'setfiles') return run(command)
        labelled.push(command.words.filter((word) => existsSync(join(root, word))).slice(1))
        return run({ ...command, words: ['true'] })
      },
    }
    const repairs = repairsOf(fstabTask(extra))
    await repairs.examine()
    const change = await repairs.apply({ ...choice, digest: proposalOf(repairs).digest })
    if (what.startsWith('fault')) await repairs.undo(change.id)
    expect(labelled).toEqual([['/etc/ifcfg-old']])
  })

  it('shows the exact edit, makes it, looks again, and takes it back', async () => {
    const repairs = repairsOf(fstabTask())
    await repairs.examine()
    const proposal = proposalOf(repairs)
    expect(proposal.steps).toMatchObject([
      {
        kind: 'edit',
        path: '/etc/fstab',
        hunks: [
          {
            line: 1,
            rows: [
              { kind: 'same', text: 'a' },
              { kind: 'remove', text: 'UUID=gone /srv ext4 defaults 0 2' },
              { kind: 'add', text: 'UUID=gone /srv ext4 defaults,nofail 0 2' },
              { kind: 'same', text: 'b' },
            ],
          },
        ],
      },
    ])
    const change = await repairs.apply({ ...choice, digest: proposal.digest })
    expect(change).toMatchObject({ result: 'verified', canUndo: true })
    expect(fstab()).toContain('nofail')
    expect(readFileSync(join(root, change.files[0]!.backup!), 'utf8')).not.toContain('nofail')
    await repairs.undo(change.id)
    expect(fstab()).not.toContain('nofail')
    expect(repairs.state()).toMatchObject({ changes: [{ result: 'undone' }], tasks: { 2: { findings: [{ state: 'fault' }] } } })
  })

  it('undoes after a restart from what was saved', async () => {
    const first = repairsOf(fstabTask())
    await first.examine()
    const change = await first.apply({ ...choice, digest: proposalOf(first).digest })
    await repairsOf(fstabTask(), saved).undo(change.id)
    expect(fstab()).not.toContain('nofail')
  })

  it('refuses another plan than the one shown', async () => {
    const repairs = repairsOf(fstabTask())
    await repairs.examine()
    await expect(repairs.apply({ ...choice, digest: 'another' })).rejects.toMatchObject({ code: 'wrong-state' })
    expect(fstab()).not.toContain('nofail')
    expect(saved).toEqual([])
  })

  it('writes nothing when the file moved meanwhile, and says so in the change', async () => {
    const repairs = repairsOf(fstabTask())
    await repairs.examine()
    writeFileSync(join(root, 'etc/fstab'), 'by hand\n')
    const change = await repairs.apply({ ...choice, digest: proposalOf(repairs).digest })
    expect(change).toMatchObject({ result: 'failed', error: { code: 'file-changed' }, files: [] })
    expect(fstab()).toBe('by hand\n')
  })

  it('takes the edit back when a later step fails', async () => {
    const repairs = repairsOf(fstabTask([{ kind: 'run', words: ['sh', '-c', 'echo no >&2; exit 7'], risk: 'writes' }]))
    await repairs.examine()
    const change = await repairs.apply({ ...choice, digest: proposalOf(repairs).digest })
    expect(change).toMatchObject({ result: 'failed', error: { code: 'command-failed', detail: 'no' } })
    expect(fstab()).not.toContain('nofail')
  })

  it('records a change before its first step', async () => {
    let seen: StoredChange[] = []
    const repairs = repairsOf(fstabTask([{ kind: 'run', words: ['true'], risk: 'writes' }]))
    await repairs.examine()
    const run = local.machine.run
    system.machine = {
      run(command) {
        if (command.words[0] === 'true') seen = saved
        return run(command)
      },
    }
    await repairs.apply({ ...choice, digest: proposalOf(repairs).digest })
    expect(seen).toMatchObject([{ change: { result: 'unfinished', files: [{ path: '/etc/fstab' }] } }])
  })

  it('takes a finding that was fine before for no proof, unless something about it changed', async () => {
    writeFileSync(join(root, 'etc/motd'), 'a')
    const fine: RepairTask = {
      id: 'boot',
      async examine({ files }) {
        const text = (await files.text('/etc/motd'))!
        const proposals = ['true', 'tee'].map((id) => ({
          id,
          words: { code: id, values: {} },
          risk: 'writes' as const,
          steps: (): Step[] => [
            { kind: 'run', words: id === 'tee' ? ['tee', join(root, 'etc/motd')] : ['true'], risk: 'writes', stdin: 'b' },
          ],
        }))
        return [{ id: 'fstab', state: 'fine', words: { code: 'motd', values: { text } }, evidence: [], keepsOut: false, proposals }]
      },
    }
    const repairs = repairsOf(fine)
    for (const [proposalId, result] of [
      ['true', 'still-there'],
      ['tee', 'verified'],
    ] as const) {
      await repairs.examine()
      const { digest } = repairs.plan({ ...choice, proposalId })
      expect(await repairs.apply({ ...choice, proposalId, digest })).toMatchObject({ result })
    }
  })

  it('refuses to undo what somebody changed since', async () => {
    const repairs = repairsOf(fstabTask())
    await repairs.examine()
    const change = await repairs.apply({ ...choice, digest: proposalOf(repairs).digest })
    writeFileSync(join(root, 'etc/fstab'), 'nofail, by hand\n')
    await expect(repairs.undo(change.id)).rejects.toMatchObject({ code: 'file-changed' })
    expect(fstab()).toBe('nofail, by hand\n')
  })

  it('proposes nothing on a disk mounted read-only', async () => {
    system.readOnly = true
    const repairs = repairsOf(fstabTask())
    await repairs.examine()
    expect(repairs.state().tasks[2]!.findings[0]!.proposals).toEqual([])
  })

  it('answers one thing at a time', async () => {
    const repairs = repairsOf(fstabTask())
    const first = repairs.examine()
    await expect(repairs.examine()).rejects.toMatchObject({ code: 'wrong-state' })
    await first
  })
})
