/** The account that OVH's own tools use here, taken over. Its secrets are read again at the import: nothing keeps them in between. */
import { AppError } from '../../shared/errors.js'
import type { FoundAccount, NewAccount } from '../../shared/provider.js'
import type { Accounts } from './accounts.js'
import { accountOfConfig, findOvhConfig } from './ovhcloud/config.js'

export interface AccountImport {
  find(): Promise<FoundAccount>
  /** @returns the new account's id. @throws AppError `not-found` when it is gone meanwhile. */
  take(readMail: boolean): Promise<string>
}

export function createAccountImport(accounts: Accounts, home: string): AccountImport {
  const look = () => findOvhConfig({ home, directory: process.cwd(), environment: process.env })
  return {
    async find() {
      const found = await look()
      return found.kind === 'found' ? { kind: 'found', account: accountOfConfig(found).account, sources: found.sources } : found
    },
    async take(readMail) {
      const found = await look()
      if (found.kind !== 'found') throw new AppError('not-found', { id: 'ovh.conf' })
      const { account, secrets } = accountOfConfig(found)
      return accounts.add({ ...account, readMail } as NewAccount, secrets)
    },
  }
}
