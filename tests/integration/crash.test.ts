/**
 * SIGKILL before and after every single file operation while lines are set aside and put back, and while they are replaced and
 * brought back: a file that is replaced, one that is written in place (hard link) with short writes, several files at once.
 * After each: what the next start (another process, with nothing but the disk) finds is the original or the complete edit,
 * nothing is lost, and one more start has nothing left to do.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createService, lineFor, rescueKey, sampleKnownHosts, setAside, targetIn } from '../support/rescue-fixture.js'
import { bundleChild } from './support/bundle.js'

type Contents = (string | undefined)[]
type Task = 'set aside' | 'put back' | 'replace' | 'bring back'

interface Scene {
  name: string
  tasks: Task[]
  files: string[]
  make(directory: string): void
  short: boolean
  /** Between "after n" and "before n + 1" nothing reaches the disk: one scene proves both, the others save the time. */
  both: boolean
}

const scenes: Scene[] = [
  {
    name: 'a file that is replaced',
    tasks: ['set aside', 'put back'],
    files: ['known_hosts'],
    make: (directory) => writeFileSync(join(directory, 'known_hosts'), sampleKnownHosts),
    short: false,
    both: true,
  },
  {
    name: 'lines replaced for good',
    tasks: ['replace', 'bring back'],
    files: ['known_hosts'],
    make: (directory) => writeFileSync(join(directory, 'known_hosts'), sampleKnownHosts),
    short: false,
    both: false,
  },
  {
    name: 'a file written in place, with short writes',
    tasks: ['set aside', 'put back'],
    files: ['known_hosts'],
    make(directory) {
      writeFileSync(join(directory, 'known_hosts'), sampleKnownHosts)
      linkSync(join(directory, 'known_hosts'), join(directory, 'second-name'))
    },
    short: true,
    both: false,
  },
  {
    name: 'three files, one of them new',
    tasks: ['set aside', 'put back'],
    files: ['known_hosts', 'known_hosts2', 'known_hosts3'],
    make(directory) {
      writeFileSync(join(directory, 'known_hosts2'), sampleKnownHosts)
      writeFileSync(join(directory, 'known_hosts3'), `${lineFor('web.example.net', 'normal')}\r\n${lineFor('web.example.net', 'x')}`)
    },
    short: false,
    both: false,
  },
]

let child: Awaited<ReturnType<typeof bundleChild>>
beforeAll(async () => {
  child = await bundleChild(join(import.meta.dirname, 'support/crash-child.ts'))
})
afterAll(() => child.remove())

const contents = (home: string, files: readonly string[]): Contents =>
  files.map((name) => (existsSync(join(home, name)) ? readFileSync(join(home, name), 'latin1') : undefined))

const withoutId = (text: string | undefined) => text?.replace(/(?<=rescueterm:)[a-z0-9]{5}/g, 'id')

/** Copies a home; its hard link stays one. */
function copyTree(from: string, to: string) {
  cpSync(from, to, { recursive: true })
  if (!existsSync(join(to, 'second-name'))) return
  rmSync(join(to, 'second-name'))
  linkSync(join(to, 'known_hosts'), join(to, 'second-name'))
}

function points(operations: number, both: boolean) {
  const before = Array.from({ length: operations }, (_, index) => ({ n: index + 1, after: false }))
  return both ? before.flatMap((point) => [point, { ...point, after: true }]) : [...before, { n: operations, after: true }]
}

describe.each(scenes)('$name', (scene) => {
  const { files, short, both } = scene

  it.each(scene.tasks)('%s: safe at every operation', async (task) => {
    const root = mkdtempSync(join(tmpdir(), 'rescueterm-crash-'))
    try {
      // One crash after another in each of three homes, side by side; journals name files by path, so each home is set back in its place.
      const homes = ['a', 'b', 'c'].map((name) => join(root, name))
      const original = await prepare(homes, task)
      const first = homes[0] as string
      const start = contents(first, files)
      const { output } = await run(first, task)
      const { operations, names } = JSON.parse(output) as { operations: number; names: string[] }
      const complete = contents(first, files)
      expect(complete).not.toEqual(start)
      reset(first)
      const crashes = points(operations, both)
      let forward = 0
      let next = 0
      await Promise.all(
        homes.map(async (home) => {
          while (next < crashes.length) {
            const crash = crashes[next++] as (typeof crashes)[number]
            const label = `${task}, ${crash.after ? 'after' : 'before'} ${names[crash.n - 1]} (${crash.n} of ${operations})`
            expect((await run(home, task, crash)).signal, label).toBe('SIGKILL')
            if (await nextStarts(home, label, start, complete)) forward++
            expect(contents(home, files), label).toEqual(original)
            expect(readdirSync(join(home, 'data')), label).not.toContain('lock')
            reset(home)
          }
        }),
      )
      console.log(
        `${scene.name}, ${task}: ${crashes.length} kills at ${operations} operations; ${forward} of them ended in the complete edit`,
      )
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })

  function run(home: string, task: Task, crash?: { n: number; after: boolean }): Promise<{ output: string; signal: string | null }> {
    const job = { dataDir: join(home, 'data'), files: files.map((name) => join(home, name)), task, alsoWrite: true, crash, short }
    return new Promise((resolve) => {
      const running = spawn(process.execPath, [child.path, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'inherit'] })
      let output = ''
      running.stdout.on('data', (text) => (output += text))
      running.on('close', (_code, signal) => resolve({ output, signal }))
    })
  }

  const startIn = (home: string) => createService(join(home, 'data'), { settings: { watchInBackground: false } }).interventions

  /** Homes in the state in which `task` begins, each with a copy to go back to. @returns what the files held at the very first. */
  async function prepare(homes: readonly string[], task: Task): Promise<Contents> {
    for (const home of homes) {
      mkdirSync(home)
      scene.make(home)
    }
    const original = contents(homes[0] as string, files)
    for (const home of homes) {
      const interventions = startIn(home)
      const userFiles = files.map((name) => join(home, name))
      const target = targetIn({ file: userFiles[0] as string }, { userFiles })
      if (task === 'put back') await setAside(interventions, target, { alsoWrite: true })
      if (task === 'bring back') {
        const { digest } = await interventions.plan(target, rescueKey, 'replace', false)
        await interventions.replace(target, rescueKey, digest)
      }
      await interventions.dispose()
      copyTree(home, `${home}-saved`)
    }
    return original
  }

  function reset(home: string) {
    rmSync(home, { recursive: true })
    copyTree(`${home}-saved`, home)
  }

  /** Two starts, then the way back of whatever is in force. @returns whether the edit was found complete. */
  async function nextStarts(home: string, label: string, start: Contents, complete: Contents): Promise<boolean> {
    const first = startIn(home)
    await first.resume()
    await first.dispose()
    const found = contents(home, files).map(withoutId)
    const isComplete = JSON.stringify(found) === JSON.stringify(complete.map(withoutId))
    if (!isComplete) expect(found, label).toEqual(start.map(withoutId))

    const second = startIn(home)
    const outcomes = await second.resume()
    expect(contents(home, files).map(withoutId), label).toEqual(found)
    const open = second.list().filter(({ state }) => state === 'active')
    expect(outcomes, label).toEqual(open.map(({ id }) => ({ id, outcome: 'still-active' })))
    for (const { id } of open) await second.restoreNow(id)
    for (const { id, canBringBack } of second.history()) if (canBringBack) await second.bringBack(id)
    for (const { state, summary } of second.list())
      expect({ state, verified: summary?.verified }, label).toEqual({ state: 'restored', verified: true })
    await second.dispose()
    return isComplete
  }
})
