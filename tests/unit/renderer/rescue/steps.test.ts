import { describe, expect, it } from 'vitest'
import { currentStep, leaveItems, stepFact, stepMarks } from '../../../../renderer/rescue/steps.js'
import type { VisitState } from '../../../../shared/visit.js'
import { asking, attention, intervention, leaving, open, session, signingIn } from './fixtures.js'

describe('the step one stands at', () => {
  it.each([
    [open('known'), undefined, 'enter'],
    [undefined, undefined, 'enter'],
    [asking, undefined, 'hostKey'],
    [asking, intervention(), 'hostKey'],
    [session({ kind: 'connecting' }), intervention(), 'signIn'],
    [signingIn, intervention(), 'signIn'],
    [undefined, intervention(), 'signIn'],
    [open(), intervention(), 'disks'],
    [open(), intervention({ watch: { ...leaving, purpose: 'background' } }), 'disks'],
    [open(), intervention({ watch: leaving }), 'leave'],
    [open(), intervention({ state: 'restoring' }), 'leave'],
    [open(), intervention({ state: 'needs-attention' }), 'leave'],
    [open('known'), intervention({ state: 'restored' }), 'enter'],
    [open('known'), intervention({ state: 'abandoned' }), 'enter'],
    [open('known'), intervention({ state: 'rolled-back' }), 'enter'],
  ] as const)('%# is %s', (one, lines, step) => expect(currentStep(one, lines)).toBe(step))
})

describe('the marks of the steps', () => {
  const marks = (...args: Parameters<typeof stepMarks>) => Object.values(stepMarks(...args)).join(' ')
  it('tick what the workflow did, and what follows from where one stands', () => {
    expect(marks('enter', [])).toBe('now todo todo todo todo todo')
    expect(marks('signIn', [])).toBe('done done now todo todo todo')
    expect(marks('disks', ['signIn'])).toBe('done done done now todo todo')
  })
  it('tick work on the server only when the person did: what is merely behind is passed', () => {
    expect(marks('leave', ['signIn'])).toBe('done done done passed passed now')
    expect(marks('leave', ['signIn', 'repair'])).toBe('done done done passed done now')
    expect(marks('leave', ['signIn', 'disks', 'repair'])).toBe('done done done done done now')
    // Left without ever signing in.
    expect(marks('leave', [])).toBe('done done passed passed passed now')
  })
  it('keep a tick when one goes back', () => expect(marks('disks', ['signIn', 'disks', 'repair'])).toBe('done done done now done todo'))
})

describe('what is said beside a done step', () => {
  it('is nothing without an intervention', () => expect(stepFact('hostKey', open(), undefined)).toBeUndefined())
  it('says when, how many lines, and who signed in', () => {
    expect(stepFact('enter', open(), intervention())).toEqual({ kind: 'time', at: '2026-11-24T02:14:00Z' })
    // The lines that were set aside then, also when some are back.
    expect(stepFact('hostKey', open(), intervention({ setAside: 1 }))).toEqual({ kind: 'aside', n: 3 })
    expect(stepFact('hostKey', open(), intervention({ files: [], setAside: 0 }))).toEqual({ kind: 'accepted' })
    expect(stepFact('signIn', open(), intervention())).toEqual({ kind: 'signed-in', user: 'root', at: '2026-11-24T02:17:00Z' })
    expect(stepFact('signIn', signingIn, intervention())).toBeUndefined()
    expect(stepFact('disks', open(), intervention())).toBeUndefined()
  })
  it('tells what is mounted, and how many changes were verified', () => {
    const visit = {
      disks: { mounted: { device: '/dev/sdb1', root: '/mnt' }, volumes: [{ path: '/dev/sdb1', name: 'sdb1' }] },
      repair: { changes: [{ result: 'verified' }, { result: 'undone' }, { result: 'still-there' }] },
    } as unknown as VisitState
    expect(stepFact('disks', open(), intervention(), visit)).toEqual({ kind: 'mounted', disk: 'sdb1', root: '/mnt' })
    expect(stepFact('repair', open(), intervention(), visit)).toEqual({ kind: 'fixed', n: 1 })
    expect(stepFact('repair', open(), intervention())).toBeUndefined()
  })
})

describe('the list that ticks itself', () => {
  it('is empty while nobody leaves', () => expect(leaveItems(intervention())).toEqual([]))
  it('waits, then restores', () => {
    expect(leaveItems(intervention({ watch: leaving }))).toEqual([
      { kind: 'wait', state: 'running' },
      { kind: 'restore', state: 'todo', n: 3 },
    ])
    expect(leaveItems(intervention({ state: 'restoring' }))).toEqual([
      { kind: 'wait', state: 'fine' },
      { kind: 'restore', state: 'running', n: 3 },
    ])
  })
  it('names what waits for a person', () => {
    expect(leaveItems(intervention({ state: 'needs-attention', setAside: 1, attention: [attention] }))).toEqual([
      { kind: 'restore', state: 'fine', n: 2 },
      { kind: 'decide', n: 1 },
    ])
    expect(leaveItems(intervention({ state: 'needs-attention', setAside: 3, attention: [attention] }))).toEqual([{ kind: 'decide', n: 1 }])
  })
})
