/**
 * Provider accounts of the command line. There is no keyring here: secrets come from where each provider's own tools keep them, live in
 * this process, and end with it. Ids are fixed, so that `leave` finds what `enter` wrote down.
 */

import { ProviderAccount, Secrets } from '../../shared/provider.js'
import type { GivenAccount } from '../providers/accounts.js'
import { accountOfConfig, findOvhConfig } from '../providers/ovhcloud/config.js'

/** `OVH_*`/`ovh.conf`, `HCLOUD_TOKEN`, `ROBOT_USER` with `ROBOT_PASSWORD`, `SCW_SECRET_KEY`. What is malformed is left out. */
export async function environmentAccounts(home: string, environment: NodeJS.ProcessEnv): Promise<GivenAccount[]> {
  const found: { account: unknown; secrets: unknown }[] = []
  const ovh = await findOvhConfig({ home, directory: process.cwd(), environment })
  if (ovh.kind === 'found') {
    const { account, secrets } = accountOfConfig(ovh)
    // Whoever runs this gave the key its rights: with the mail right, the password is looked for there.
    found.push({ account: { ...account, readMail: true, id: 'environment-ovhcloud' }, secrets })
  }
  const { HCLOUD_TOKEN, ROBOT_USER, ROBOT_PASSWORD, SCW_SECRET_KEY } = environment
  if (HCLOUD_TOKEN)
    found.push({
      account: { kind: 'hetzner-cloud', label: 'HCLOUD_TOKEN', id: 'environment-hetzner-cloud' },
      secrets: { token: HCLOUD_TOKEN },
    })
  if (ROBOT_USER && ROBOT_PASSWORD)
    found.push({
      account: { kind: 'hetzner-robot', label: 'ROBOT_USER', user: ROBOT_USER, id: 'environment-hetzner-robot' },
      secrets: { password: ROBOT_PASSWORD },
    })
  if (SCW_SECRET_KEY)
    found.push({
      account: { kind: 'scaleway', label: 'SCW_SECRET_KEY', id: 'environment-scaleway' },
      secrets: { secretKey: SCW_SECRET_KEY },
    })
  return found.flatMap(({ account, secrets }) => {
    const parsed = ProviderAccount.safeParse(account)
    const given = Secrets.safeParse(secrets)
    if (parsed.success && given.success) return [{ account: parsed.data, secrets: given.data }]
    return []
  })
}
