import type { ProviderAccount, ProviderLink } from '../../shared/provider.js'
import { useAppPart } from '../state.js'

/** The account through which a saved server is reached by API. */
export const useAccount = (link: ProviderLink | undefined): ProviderAccount | undefined =>
  useAppPart((app) => app.accounts.find(({ account }) => link?.kind === 'account' && account.id === link.accountId)?.account)
