import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Breakage, breakages } from './breakages.js'
import { type CustomerImage, customerImage, customerLogins, rescueImage } from './images.js'
import { createMachine } from './machine.js'
import { logIn } from './remote.js'
import { onDisk, openWorkshop, type Workshop } from './workshop.js'

let workshop: Workshop
let image: CustomerImage

beforeAll(async () => {
  image = await customerImage('plain')
  workshop = await openWorkshop(await rescueImage())
})
afterAll(() => workshop?.close())

/** One way to get in that works on a healthy machine. */
const everybody = Object.values(customerLogins)

describe.each(Object.entries(breakages))('%s', (_name, breakage: Breakage) => {
  it(`makes the normal boot end with ${breakage.bootEnds}`, async () => {
    const machine = await createMachine(image, breakage.firmware)
    try {
      await onDisk(workshop, machine, breakage.script)
      await machine.start('normal')
      expect(await machine.waitForBoot()).toBe(breakage.bootEnds)
      for (const login of breakage.bootEnds === 'ssh' ? everybody : []) {
        const attempt = logIn(machine.port, login)
        if (breakage.refuses?.includes(login)) {
          await expect(attempt, login.user).rejects.toMatchObject({ level: 'client-authentication' })
          continue
        }
        const remote = await attempt
        if (breakage.complaint) expect(await remote.run(breakage.complaint.command)).toMatchObject(breakage.complaint.says)
        remote.end()
      }
    } finally {
      await machine.dispose()
    }
  })
})
