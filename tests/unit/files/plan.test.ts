import { describe, expect, it } from 'vitest'
import type { FileInfo, FileSystem, FoundFile } from '../../../electron/files/file-system.js'
import { planTransfer } from '../../../electron/files/plan.js'
import { AppError } from '../../../shared/app-error.js'

const info = (kind: FileInfo['kind'], size = 0): FileInfo => ({ kind, size, mtime: 1, mode: 0o644, uid: 0, gid: 0 })

/** A server whose directories are listed as given, honest or not. */
function server(directories: Record<string, FoundFile[] | AppError>): FileSystem {
  return {
    join: (directory: string, name: string) => `${directory}/${name}`,
    target: async (path: string) => info(path in directories ? 'directory' : 'file', 5),
    async *list(path: string) {
      const found = directories[path] ?? []
      if (found instanceof AppError) throw found
      yield found
      return { refused: path === '/t' ? 1 : 0 }
    },
  } as unknown as FileSystem
}
const named = (name: string, kind: FileInfo['kind'], size = 0): FoundFile => ({ name, ...info(kind, size) })
const options = { nameFor: (name: string) => name.replace(':', '_'), signal: new AbortController().signal, onFound() {} }

describe('the plan of a tree', () => {
  it('has directories before their contents, links as links, and counts what is left out', async () => {
    const plan = await planTransfer(
      server({
        '/t': [named('sub', 'directory'), named('pipe', 'special'), named('l', 'link'), named('a', 'file', 3)],
        '/t/sub': [named('b', 'file', 4), named('locked', 'directory')],
        '/t/sub/locked': new AppError('path-denied', { file: '/t/sub/locked' }),
      }),
      '/t',
      't',
      options,
    )
    expect(plan.items.map(({ kind, to }) => `${kind} ${to.join('/')}`)).toEqual([
      'directory t',
      'directory t/sub',
      'link t/l',
      'file t/a',
      'file t/sub/b',
      'directory t/sub/locked',
    ])
    expect([plan.files, plan.bytes, plan.leftOut]).toEqual([2, 7, { special: 1, refused: 1 }])
    expect(plan.unreadable.map(({ path, error }) => [path, error.code])).toEqual([['/t/sub/locked', 'path-denied']])
  })

  it('gives two names that become one a number', async () => {
    const plan = await planTransfer(server({ '/t': [named('a_b', 'file'), named('a:b', 'file')] }), '/t', 't', options)
    expect(plan.items.map(({ to }) => to.at(-1))).toEqual(['t', 'a_b', 'a_b (2)'])
    expect(plan.renamed).toEqual([{ from: 'a:b', to: 'a_b (2)' }])
  })

  it('fails when the directory itself cannot be read, and when it is paused', async () => {
    const locked = server({ '/t': new AppError('path-denied', { file: '/t' }) })
    await expect(planTransfer(locked, '/t', 't', options)).rejects.toMatchObject({ code: 'path-denied' })
    const signal = AbortSignal.abort(new Error('paused'))
    await expect(planTransfer(server({ '/t': [] }), '/t', 't', { ...options, signal })).rejects.toThrow('paused')
  })
})
