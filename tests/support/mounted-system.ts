/**
 * A small system in a temporary folder, as a mounted disk looks to a repair task. Its own programs are this machine's: a private
 * mount namespace puts /usr into it for each of them, and everything else is the folder's.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { systemClock } from '../../electron/clock.js'
import { silentLog } from '../../electron/log.js'
import { createSystemFiles } from '../../electron/machine/system-files.js'
import { createRepairs, type Repairs } from '../../electron/repair/repairs.js'
import type { MountedSystem, RepairTask } from '../../electron/repair/task.js'
import { findingText, valuesNamed } from '../../shared/findings/text.js'
import type { Change, ProposalAnswer, RepairTaskId, Words } from '../../shared/repair.js'
import { localMachine } from './local-machine.js'

export interface TestSystem extends MountedSystem {
  write(path: string, text: string | Buffer, mode?: number): void
  remove(): void
}

const enter = `root=$1; shift
mount --rbind /usr "$root/usr" && mount --rbind /dev "$root/dev" && mount --rbind /proc "$root/proc" || exit 125
exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"`

/** @param files path → text; folders are made. */
export function createTestSystem(
  files: Record<string, string>,
  os: Partial<MountedSystem['os']> = {},
  { machine } = localMachine(),
): TestSystem {
  const root = mkdtempSync(join(tmpdir(), 'rt-system-'))
  for (const folder of ['etc', 'root', 'usr', 'dev', 'proc', 'run/sshd', 'tmp', 'var']) mkdirSync(join(root, folder), { recursive: true })
  for (const link of ['bin', 'sbin', 'lib', 'lib64']) if (existsSync(`/${link}`)) symlinkSync(`usr/${link}`, join(root, link))
  if (existsSync('/etc/ld.so.cache')) copyFileSync('/etc/ld.so.cache', join(root, 'etc/ld.so.cache'))
  const system: TestSystem = {
    machine,
    root,
    files: createSystemFiles(machine, root),
    readOnly: false,
    inSystem: (words) => ['unshare', '-m', 'sh', '-c', enter, 'enter', root, ...words],
    os: { id: 'debian', like: [], version: '12', name: 'Debian GNU/Linux 12', ...os },
    device: '/dev/sdb1',
    disks: ['/dev/sdb'],
    attached: ['/dev/sdb'],
    uefi: false,
    blockDevices: [],
    clientAddress: '203.0.113.9',
    write(path, text, mode) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text, mode === undefined ? {} : { mode })
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
  for (const [path, text] of Object.entries(files)) system.write(path, text)
  return system
}

export function repairsOf(system: MountedSystem, ...tasks: RepairTask[]): Repairs {
  return createRepairs({
    tasks,
    system: () => system,
    commands: () => [],
    clock: systemClock,
    log: silentLog,
    changes: [],
    since: () => undefined,
    save: async () => {},
    onDidChange() {},
  })
}

export const findingsOf = (repairs: Repairs, task: RepairTaskId) => repairs.state().tasks.find((one) => one.task === task)!.findings

/** Examines, and gives `id → state code`. Every word is put into both languages on the way: a value that is missing throws. */
export async function statesOf(repairs: Repairs, task: RepairTaskId): Promise<Record<string, string>> {
  await repairs.examine([task])
  const findings = findingsOf(repairs, task)
  const say = (words: Words, parts: readonly ('title' | 'text' | 'do')[]) => {
    for (const language of ['en', 'fr'] as const) {
      for (const part of parts) {
        if (findingText(words, part, language) === '') throw new Error(`no words: ${language} ${words.code} ${part}`)
        const missing = valuesNamed(words.code, part, language).filter((name) => !(name in words.values))
        if (missing.length > 0) throw new Error(`no value: ${language} ${words.code} ${part} ${missing.join(' ')}`)
      }
    }
  }
  for (const { words, proposals } of findings) {
    say(words, ['title', 'text'])
    for (const proposal of proposals) say(proposal.words, ['title', 'text', 'do'])
  }
  return Object.fromEntries(findings.map(({ id, state, words }) => [id, `${state} ${words.code}`]))
}

/** Examines, takes the proposal as it is shown, applies it, and gives the change with what the second look said. */
export async function applyProposal(
  repairs: Repairs,
  task: RepairTaskId,
  findingId: string,
  proposalId: string,
  answer: ProposalAnswer = { kind: 'none' },
): Promise<Change> {
  await repairs.examine([task])
  const choice = { task, findingId, proposalId, answer }
  return repairs.apply({ ...choice, digest: repairs.plan(choice).digest })
}
