/** What `leave --no-reboot` says at its end: no more than was done. */
import { expect, test } from 'vitest'
import { unmountText } from '../../../electron/cli/leave.js'
import { loadVisitTexts } from '../../../electron/cli/visit-texts.js'

test.each([
  ['en', 'Everything is unmounted.', 'Nothing was mounted.', 'Unmounting was skipped: /mnt is still mounted, unless you unmounted it.'],
  ['fr', 'Tout est démonté.', 'Rien n’était monté.', 'Le démontage a été passé\u00a0: /mnt reste monté, sauf si vous l’avez démonté.'],
] as const)('unmounted, nothing to unmount, skipped by a person: %s', async (language, done, nothing, skipped) => {
  const texts = await loadVisitTexts(language)
  expect(unmountText({ id: 'unmount', state: 'fine' }, undefined, texts)).toBe(done)
  expect(unmountText({ id: 'unmount', state: 'skipped', reason: 'not-needed' }, undefined, texts)).toBe(nothing)
  expect(unmountText({ id: 'unmount', state: 'skipped', reason: 'console' }, '/mnt', texts)).toBe(skipped)
  // A person's reason, in the same words as the list's own.
  expect(unmountText({ id: 'unmount', state: 'skipped', reason: 'not-needed' }, '/mnt', texts)).toBe(skipped)
})
