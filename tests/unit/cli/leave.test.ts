/** What `leave --no-reboot` says at its end: no more than was done. */
import { expect, test } from 'vitest'
import { unmountText } from '../../../electron/cli/leave.js'
import { loadVisitTexts } from '../../../electron/cli/visit-texts.js'

test.each([
  [
    'en',
    'Everything is unmounted.',
    'Nothing was mounted.',
    'Unmounting was skipped. Still mounted, unless you unmounted it: /mnt, /data.',
  ],
  [
    'fr',
    'Tout est démonté.',
    'Rien n’était monté.',
    'Le démontage a été passé. Reste monté, sauf si vous l’avez démonté\u00a0: /mnt, /data.',
  ],
] as const)('unmounted, nothing to unmount, skipped by a person: %s', async (language, done, nothing, skipped) => {
  const left = ['/mnt', '/data'].map((at) => ({ device: '/dev/sdb1', at, readOnly: false }))
  const texts = await loadVisitTexts(language)
  expect(unmountText({ id: 'unmount', state: 'fine' }, [], texts)).toBe(done)
  expect(unmountText({ id: 'unmount', state: 'skipped', reason: 'not-needed' }, [], texts)).toBe(nothing)
  expect(unmountText({ id: 'unmount', state: 'skipped', reason: 'console' }, left, texts)).toBe(skipped)
  // A person's reason, in the same words as the list's own.
  expect(unmountText({ id: 'unmount', state: 'skipped', reason: 'not-needed' }, left, texts)).toBe(skipped)
})
