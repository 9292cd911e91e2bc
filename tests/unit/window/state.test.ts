import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openWindowState, visibleBounds } from '../../../electron/window/state.js'

vi.mock('electron', () => ({ default: {}, ipcMain: { removeAllListeners() {} } }))

const screen = { x: 0, y: 0, width: 1920, height: 1040 }

test.each([
  ['on the screen', { x: 100, y: 100, width: 1280, height: 800 }, true],
  ['half out on the left', { x: -640, y: 100, width: 1280, height: 800 }, true],
  ['on a screen that is gone', { x: 2500, y: 100, width: 1280, height: 800 }, false],
  ['with a sliver left', { x: 1800, y: 100, width: 1280, height: 800 }, false],
  ['above', { x: 100, y: -790, width: 1280, height: 800 }, false],
])('a place %s', (_name, bounds, kept) => {
  expect(visibleBounds(bounds, [screen])).toEqual(kept ? bounds : undefined)
})

test('no place, no bounds', () => expect(visibleBounds(undefined, [screen])).toBeUndefined())

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rescueterm-state-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('what is written is read again, by its owner only', () => {
  const bounds = { x: 1, y: 2, width: 1000, height: 700 }
  openWindowState(folder).write({ bounds })
  openWindowState(folder).write({ open: ['root@web-1'], maximized: true })
  expect(openWindowState(folder).read()).toEqual({ bounds, maximized: true, open: ['root@web-1'] })
  expect(statSync(join(folder, 'window.json')).mode & 0o777).toBe(0o600)
})

test.each([
  ['no JSON', '{'],
  ['another shape', '{"window":{"bounds":{"x":"a"},"maximized":7,"open":[3]}}'],
  ['a list', '{"window":[]}'],
])('a file with %s counts as empty', (_name, text) => {
  writeFileSync(join(folder, 'window.json'), text)
  expect(openWindowState(folder).read()).toEqual({ maximized: false, open: [] })
})

test('nothing is written before something is to be kept', () => {
  openWindowState(folder).read()
  expect(() => readFileSync(join(folder, 'window.json'))).toThrow('ENOENT')
})
