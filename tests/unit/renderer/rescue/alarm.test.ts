import { expect, it } from 'vitest'
import { alarmKind, isStale } from '../../../../renderer/rescue/alarm.js'
import { intervention, rescueKey, thirdKey } from './fixtures.js'

const before = new Date('2026-11-24T12:00:00Z')
const after = new Date('2026-11-26T12:00:00Z')

it('tells a third key from the rescue key after its end date', () => {
  expect(alarmKind(intervention(), thirdKey)).toBe('third')
  expect(alarmKind(intervention(), rescueKey)).toBe('expired')
})

it('asks the server again only when the answer would be another one', () => {
  expect(isStale(undefined, thirdKey, before)).toBe(true)
  expect(isStale(intervention({ state: 'restored' }), thirdKey, before)).toBe(true)
  expect(isStale(intervention({ thirdKey }), thirdKey, before)).toBe(false)
  expect(isStale(intervention(), thirdKey, before)).toBe(false)
  // Accepted meanwhile: the key shown is the rescue key now.
  expect(isStale(intervention(), rescueKey, before)).toBe(true)
  expect(isStale(intervention(), rescueKey, after)).toBe(false)
  expect(isStale(intervention({ state: 'needs-attention' }), rescueKey, before)).toBe(false)
})
