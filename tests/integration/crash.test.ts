/**
 * SIGKILL before and after every single file operation while lines are set aside and while they are put back, for a file that
 * is replaced, one that is written in place (hard link), two files at once, and with short writes. After each: what a fresh
 * process finds is the original or the complete edit, nothing is lost, and a second start has nothing left to do.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createService, lineFor, sampleKnownHosts, setAside, targetIn } from '../support/rescue-fixture.js'
import { bundleChild } from './support/bundle.js'

type Contents = (string | null)[]
interface Report {
  state?: string
  first: { id: string; outcome: string }[]
  second: { id: string; outcome: string }[]
  afterFirst: Contents
  afterSecond: Contents
  active?: string
  states: { state: string; verified?: boolean }[]
  end: Contents
  operations: number
  names: string[]
}
interface Job {
  dataDir: string
  files: string[]
  task: 'begin' | 'restore' | 'recover'
  alsoWrite: boolean
  crash?: { n: number; after: boolean }
  short?: boolean
}

let child: Awaited<ReturnType<typeof bundleChild>>
beforeAll(async () => {
  child = await bundleChild(join(import.meta.dirname, 'support/crash-child.ts'))
})
afterAll(() => child.remove())

function run(job: Job): Promise<{ report: Report | undefined; signal: NodeJS.Signals | null; error: string }> {
  return new Promise((resolve) => {
    const running = spawn(process.execPath, [child.path, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let error = ''
    running.stdout.on('data', (text) => (output += text))
    running.stderr.on('data', (text) => (error += text))
    running.on('close', (_code, signal) => resolve({ report: output ? JSON.parse(output) : undefined, signal, error }))
  })
}

/** A home that can be set back to its first state for each crash. */
interface Scene {
  name: string
  files: string[]
  make(directory: string): void
  alsoWrite: boolean
  short: boolean
  /** Between "after n" and "before n + 1" nothing reaches the disk: one scene proves both, the others save the time. */
  both: boolean
}

const scenes: Scene[] = [
  {
    name: 'a file that is replaced',
    files: ['known_hosts'],
    make: (directory) => writeFileSync(join(directory, 'known_hosts'), sampleKnownHosts),
    alsoWrite: true,
    short: false,
    both: true,
  },
  {
    name: 'a file written in place, with short writes',
    files: ['known_hosts'],
    make(directory) {
      writeFileSync(join(directory, 'known_hosts'), sampleKnownHosts)
      linkSync(join(directory, 'known_hosts'), join(directory, 'second-name'))
    },
    alsoWrite: true,
    short: true,
    both: false,
  },
  {
    name: 'two files, one new',
    files: ['known_hosts', 'known_hosts2', 'known_hosts3'],
    make(directory) {
      writeFileSync(join(directory, 'known_hosts2'), sampleKnownHosts)
      writeFileSync(join(directory, 'known_hosts3'), `${lineFor('web.example.net', 'normal')}\r\n${lineFor('web.example.net', 'x')}`)
    },
    alsoWrite: true,
    short: false,
    both: false,
  },
]

const contents = (home: string, files: readonly string[]) =>
  files.map((name) => (existsSync(join(home, name)) ? readFileSync(join(home, name), 'latin1') : null))

/** One crash after another in each of three homes, side by side. */
async function inThreeHomes<T>(items: readonly T[], work: (item: T, home: string) => Promise<void>, homes: readonly string[]) {
  let next = 0
  await Promise.all(
    homes.map(async (home) => {
      while (next < items.length) await work(items[next++] as T, home)
    }),
  )
}

function points(operations: number, both: boolean) {
  const before = Array.from({ length: operations }, (_, index) => ({ n: index + 1, after: false }))
  return both ? before.flatMap((point) => [point, { ...point, after: true }]) : [...before, { n: operations, after: true }]
}

describe.each(scenes)('$name', (scene) => {
  const { files, alsoWrite, short, both } = scene
  let root = ''
  let homes: string[] = []
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'rescueterm-crash-'))
    homes = ['a', 'b', 'c'].map((name) => join(root, name))
    for (const home of homes) {
      mkdirSync(home)
      scene.make(home)
    }
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  const jobIn = (home: string, task: Job['task'], more: Partial<Job> = {}): Job => ({
    dataDir: join(home, 'data'),
    files: files.map((name) => join(home, name)),
    task,
    alsoWrite,
    short,
    ...more,
  })

  /** Kills `task` at every point; whatever is found then, two starts and the way back must lead to `before`. */
  async function crashEverywhere(task: 'begin' | 'restore', before: Contents) {
    for (const home of homes) copyTree(home, `${home}-saved`)
    const first = homes[0] as string
    const whole = (await run(jobIn(first, task))).report
    expect(whole?.state).toBe(task === 'begin' ? 'active' : 'restored')
    const complete = contents(first, files)
    const withoutId = (text: string | null | undefined) => text?.replace(/(?<=rescueterm:)[a-z0-9]{5}/g, 'id')
    reset(first)
    const { operations, names } = whole as Report
    let finished = 0
    const crashes = points(operations, both)
    await inThreeHomes(
      crashes,
      async (crash, home) => {
        const label = `${task}, ${crash.after ? 'after' : 'before'} ${names[crash.n - 1]} (${crash.n} of ${operations})`
        const { signal } = await run(jobIn(home, task, { crash }))
        expect(signal, label).toBe('SIGKILL')
        const { report, error } = await run(jobIn(home, 'recover', { short: false }))
        expect(error, label).toBe('')
        if (!report) throw new Error(label)
        expect(report.afterSecond, label).toEqual(report.afterFirst)
        const { active } = report
        expect(report.second, label).toEqual(active ? [{ id: active, outcome: 'still-active' }] : [])
        if (active) {
          finished++
          // The complete edit and nothing else: what an undisturbed run leaves.
          if (task === 'begin') expect(report.afterFirst.map(withoutId), label).toEqual(complete.map(withoutId))
          expect(report.states, label).toEqual([{ state: 'restored', verified: true }])
        } else expect(report.afterFirst, label).toEqual(before)
        expect(report.end, label).toEqual(before)
        expect(readdirSync(join(home, 'data')), label).not.toContain('lock')
        reset(home)
      },
      homes,
    )
    console.log(`${scene.name}, ${task}: ${crashes.length} kills at ${operations} operations; ${finished} times lines stayed set aside`)
  }

  function reset(home: string) {
    rmSync(home, { recursive: true })
    copyTree(`${home}-saved`, home)
  }

  it('is safe at every operation of setting aside', async () => {
    await crashEverywhere('begin', contents(homes[0] as string, files))
  })

  it('is safe at every operation of putting back', async () => {
    const before = contents(homes[0] as string, files)
    for (const home of homes) {
      rmSync(`${home}-saved`, { recursive: true, force: true })
      const { interventions } = createService(join(home, 'data'), { settings: { watchInBackground: false } })
      const userFiles = files.map((name) => join(home, name))
      await setAside(interventions, targetIn({ file: userFiles[0] as string }, { userFiles }), { alsoWrite })
      await interventions.dispose()
    }
    await crashEverywhere('restore', before)
  })
})

/** Copies a home with its hard link kept one. */
function copyTree(from: string, to: string) {
  cpSync(from, to, { recursive: true })
  if (existsSync(join(to, 'second-name'))) {
    rmSync(join(to, 'second-name'))
    linkSync(join(to, 'known_hosts'), join(to, 'second-name'))
  }
}
