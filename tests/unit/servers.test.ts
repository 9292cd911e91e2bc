/** The list of saved servers, on a real file. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { silentLog } from '../../electron/log.js'
import { createServers } from '../../electron/servers.js'
import { createFakeClock } from '../support/fake-clock.js'

it('saves a target once, also when it is added twice at the same time', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rescueterm-'))
  try {
    const servers = createServers(dataDir, createFakeClock(), silentLog)
    const [first, second] = await Promise.all([servers.add('web', 'root@203.0.113.7'), servers.add('web', 'root@203.0.113.7')])
    expect(second).toBe(first)
    expect(servers.list()).toHaveLength(1)
    expect(JSON.parse(readFileSync(join(dataDir, 'servers.json'), 'utf8')).servers).toHaveLength(1)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
})
