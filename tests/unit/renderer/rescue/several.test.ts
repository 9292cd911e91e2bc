import { expect, it } from 'vitest'
import { severalRows, sharedLines } from '../../../../renderer/rescue/several.js'
import { intervention, open, session, thirdKey } from './fixtures.js'

const at = (id: string, hour: string, o = {}) => intervention({ id, name: id, since: `2026-11-24T${hour}:00:00Z`, ...o })

it('lists who waits for a person first, then the oldest', () => {
  const interventions = [
    at('young', '05'),
    at('old', '01'),
    at('asks', '04'),
    at('alarm', '06', { thirdKey }),
    at('decide', '03', { state: 'needs-attention' }),
    at('over', '00', { state: 'restored' }),
  ]
  const sessions = [
    session({ kind: 'needs-credentials', request: {} }, { id: 'a', interventionId: 'asks' }),
    { ...open(), id: 'b', interventionId: 'young' },
  ]
  const rows = severalRows(interventions, sessions)
  expect(rows.map(({ intervention: one, waits, step }) => [one.id, waits, step])).toEqual([
    ['decide', 'decide', 'leave'],
    ['asks', 'sign-in', 'signIn'],
    ['alarm', 'alarm', 'signIn'],
    ['old', undefined, 'signIn'],
    ['young', undefined, 'disks'],
  ])
})

it('finds lines that two servers share, in the same file only', () => {
  const files = (path: string, ...lines: number[]) => [{ path, lines, copy: '' }]
  const all = [
    at('vps', '02', { files: files('/a', 12, 31) }),
    at('mail', '01', { files: files('/a', 31, 50) }),
    at('other', '01', { files: files('/b', 12) }),
    at('over', '01', { state: 'restored', files: files('/a', 12) }),
  ]
  expect(sharedLines(all)).toEqual([{ file: '/a', line: 31, names: ['vps', 'mail'] }])
})
