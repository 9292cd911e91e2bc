/** The fake itself: what the other tests rely on is refused and noted. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { createOvhClient } from '../../../electron/providers/ovhcloud/client.js'
import { startOvhcloud } from '../../support/fake-ovhcloud.js'
import { keys } from '../../support/fake-vps.js'

let fake: Awaited<ReturnType<typeof startOvhcloud>>
beforeEach(async () => {
  fake = await startOvhcloud()
  fake.api.on('PUT /vps/{serviceName}', () => ({ body: null }))
  fake.api.on('GET /vps/{serviceName}/tasks', () => ({ body: [1] }))
})
afterEach(() => fake.close())

it.each([
  ['a read-only field', 'PUT', '/vps/v', { state: 'running' }],
  ['an unknown field', 'PUT', '/vps/v', { netbootMode: 'rescue', force: true }],
  ['a value that does not exist', 'PUT', '/vps/v', { netbootMode: 'RESCUE' }],
  ['an unknown path', 'POST', '/vps/v/terminate', undefined],
  ['an unknown query', 'GET', '/vps/v/tasks?status=done', undefined],
  ['a call no test expects', 'POST', '/vps/v/reboot', undefined],
] as const)('%s breaks the contract', async (_, method, path, body) => {
  const signal = new AbortController().signal
  const call = { answer: z.unknown(), signal, ...(body ? { body } : {}) }
  expect((await fake.refused(createOvhClient('ovh-eu', keys, fake.parts).call(method, path, call))).problem).toBe('rejected')
  expect(fake.api.breaches).toHaveLength(1)
})

it('an answer of a test that the contract does not know breaks it too', async () => {
  fake.api.on('GET /vps/{serviceName}', () => ({ body: { netbootMode: 'disk' } }))
  const signal = new AbortController().signal
  await fake.refused(createOvhClient('ovh-eu', keys, fake.parts).call('GET', '/vps/v', { answer: z.unknown(), signal }))
  expect(fake.api.breaches).toEqual([expect.stringContaining("the test's own answer")])
})
