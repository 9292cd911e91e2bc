/** The machine that `enter` restarts: by its address, else by what only it can be called. */
import { expect, test } from 'vitest'
import { describeFailure, LocalFailure } from '../../../electron/cli/failure.js'
import { chooseMachine, type Machine } from '../../../electron/cli/find-machine.js'
import { en } from '../../../electron/cli/texts.en.js'

const machine = (id: string, name: string, ...addresses: string[]): Machine => ({
  id,
  name,
  addresses,
  product: 'instance',
  state: 'running',
  accountId: 'environment-scaleway',
  provider: 'scaleway',
})
const first = machine('instance/fr-par-1/11111111', 'web', '51.15.0.1')
const second = machine('instance/fr-par-2/22222222', 'web', '51.15.0.2', '2001:db8:0:0::2')
const service = machine('vps/vps-x.vps.ovh.net', 'Shop', '51.68.0.3')
const unreachable = machine('instance/fr-par-1/44444444', 'inner')
const all = [first, second, service, unreachable]

const failure = (...args: Parameters<typeof chooseMachine>) => {
  try {
    chooseMachine(...args)
  } catch (error) {
    if (error instanceof LocalFailure) return { code: error.code, message: describeFailure(error).message(en) }
  }
  return undefined
}

test('an address counts more than the name of another machine', () => {
  expect(chooseMachine(all, ['web'], ['51.15.0.2'])).toBe(second)
  expect(chooseMachine(all, ['web'], ['2001:db8::2'])).toBe(second)
  expect(chooseMachine(all, ['shop'], ['51.15.0.1'])).toBe(first)
})

test('the id or service name where the machine has another name, whatever its case', () => {
  expect(chooseMachine(all, ['VPS-x.vps.ovh.net'], [])).toBe(service)
  expect(chooseMachine(all, ['22222222'], [])).toBe(second)
  // A machine may be called as another one's id.
  expect(chooseMachine([...all, machine('vps/other', '22222222', '51.68.0.9')], ['22222222'], [])).toBe(second)
})

test('a name that only one has', () => {
  expect(chooseMachine(all, ['shop'], [])).toBe(service)
  expect(chooseMachine(all, ['none'], [])).toBeUndefined()
  expect(chooseMachine(all, ['none'], ['192.0.2.1'])).toBeUndefined()
  // Nothing to compare with.
  expect(chooseMachine(all, ['inner'], ['10.0.0.4'])).toBe(unreachable)
})

test('several that fit are listed, and none is taken', () => {
  const several = failure(all, ['web'], [])
  expect(several?.code).toBe('several-machines')
  expect(several?.message).toContain('  web  51.15.0.1  11111111  (scaleway)\n  web  51.15.0.2 2001:db8:0:0::2  22222222  (scaleway)')
  expect(failure([...all, machine('robot/5', 'copy', '51.68.0.3')], ['shop'], ['51.68.0.3'])?.code).toBe('several-machines')
  expect(failure(all, ['lb.example'], ['51.15.0.1', '51.15.0.2'])?.code).toBe('several-machines')
})

test('a name that leads elsewhere than its machine is refused', () => {
  const elsewhere = failure(all, ['shop'], ['192.0.2.1'])
  expect(elsewhere?.code).toBe('other-address')
  expect(elsewhere?.message).toContain('  Shop  51.68.0.3  vps-x.vps.ovh.net')
})
