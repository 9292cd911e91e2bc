import { expect, it } from 'vitest'
import { bannerState } from '../../../../renderer/rescue/banner-state.js'
import { intervention, leaving, rescueKey, thirdKey } from './fixtures.js'

const older = intervention({ id: 'older', since: '2026-11-24T01:22:00Z', setAside: 2 })

it('is quiet while nothing is set aside', () => {
  expect(bannerState([])).toEqual({ kind: 'none' })
  expect(bannerState([intervention({ state: 'restored' }), intervention({ state: 'rolled-back' })])).toEqual({ kind: 'none' })
})

it('offers the way back for one server, and not twice', () => {
  expect(bannerState([intervention()])).toMatchObject({ kind: 'one', canLeave: true, mustDecide: false })
  expect(bannerState([intervention({ watch: leaving })])).toMatchObject({ canLeave: false, mustDecide: false })
  expect(bannerState([intervention({ state: 'restoring' })])).toMatchObject({ canLeave: false })
  expect(bannerState([intervention({ state: 'needs-attention' })])).toMatchObject({ canLeave: false, mustDecide: true })
})

it('counts lines and servers, since the first', () => {
  expect(bannerState([intervention(), older])).toEqual({ kind: 'several', lines: 5, servers: 2, since: older.since })
})

it('gives its place to a third key, whoever else is in rescue', () => {
  const alarm = intervention({ id: 'alarm', thirdKey })
  expect(bannerState([older, alarm])).toEqual({ kind: 'alarm', intervention: alarm })
  // The accepted key after its end date is nobody new.
  expect(bannerState([intervention({ thirdKey: { ...thirdKey, ...rescueKey } })])).toMatchObject({ kind: 'one' })
})
