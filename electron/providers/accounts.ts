/**
 * The person's provider accounts in `<dataDir>/accounts.json`, without secrets. Those go to the vault; where there is no safe one
 * they live in memory until the end of this run.
 */
import { randomUUID } from 'node:crypto'
import { AppError } from '../../shared/errors.js'
import { type AccountState, type NewAccount, neededSecrets, ProviderAccount, Secrets, type SecretsPlace } from '../../shared/provider.js'
import { createEmitter } from '../emitter.js'
import { createStoredList, type StoredList } from '../stored-list.js'
import { createHetznerCloud } from './hetzner-cloud.js'
import { createHetznerRobot } from './hetzner-robot.js'
import { places } from './ovhcloud/endpoints.js'
import { createOvhcloud } from './ovhcloud/provider.js'
import { ProviderError } from './problem.js'
import type { Provider, ProviderParts } from './provider.js'
import { createScaleway } from './scaleway.js'
import type { SecretVault } from './vault.js'

export interface Accounts extends Pick<StoredList<ProviderAccount>, 'unreadable'> {
  list(): AccountState[]
  onDidChange(listener: () => void): () => void
  load(): Promise<void>
  /** @throws ProviderError `no-oauth` for a site without OAuth2. */
  add(account: NewAccount, secrets: Secrets): Promise<string>
  /** Replaces what is not secret. */
  update(id: string, account: NewAccount): Promise<void>
  setSecrets(id: string, secrets: Secrets): Promise<void>
  /** Forgets the account and its secrets. */
  remove(id: string): Promise<void>
  /** @throws ProviderError `secret-missing`. The same adapter as long as nothing of the account changes: it knows the time and holds a token. */
  provider(id: string): Promise<Provider>
}

/** An account of this run only: the command line's, from the environment. Listed and used like any other, never written down. */
export interface GivenAccount {
  account: ProviderAccount
  secrets: Secrets
}

export function createAccounts(o: {
  dataDir: string
  vault: SecretVault
  parts: ProviderParts
  given?: readonly GivenAccount[] | undefined
}): Accounts {
  const { vault, parts, given = [] } = o
  const changed = createEmitter()
  const accounts = createStoredList({
    dataDir: o.dataDir,
    name: 'accounts',
    item: ProviderAccount,
    log: parts.log,
    onDidChange: changed.emit,
  })
  const placed = new Map<string, SecretsPlace>()
  const inMemory = new Map<string, Secrets>()
  const adapters = new Map<string, Promise<Provider>>()

  function find(id: string): ProviderAccount {
    const account = accounts.all().find((one) => one.id === id) ?? given.find((one) => one.account.id === id)?.account
    if (!account) throw new AppError('not-found', { id })
    return account
  }

  async function readSecrets(account: ProviderAccount): Promise<{ place: SecretsPlace; secrets: Secrets }> {
    const isWhole = (secrets: Secrets) => neededSecrets(account).every((field) => secrets[field])
    const own = given.find((one) => one.account.id === account.id)?.secrets ?? inMemory.get(account.id)
    if (own && isWhole(own)) return { place: 'this-run', secrets: own }
    const text = await vault.read(account.id).catch(() => undefined)
    const kept = text === undefined ? undefined : parseSecrets(text)
    return kept && isWhole(kept) ? { place: 'kept', secrets: kept } : { place: 'missing', secrets: {} }
  }

  async function keepSecrets(id: string, secrets: Secrets) {
    inMemory.delete(id)
    const { kind } = await vault.available().catch(() => ({ kind: 'none' }))
    const isKept =
      kind === 'safe' &&
      (await vault.write(id, JSON.stringify(secrets)).then(
        () => true,
        () => false,
      ))
    if (!isKept) {
      // An old one would come back after the next start.
      await vault.remove(id).catch(() => {})
      inMemory.set(id, secrets)
    }
    adapters.delete(id)
    placed.set(id, (await readSecrets(find(id))).place)
  }

  function check(account: NewAccount) {
    if (account.kind === 'ovhcloud' && account.signIn.kind === 'oauth2' && !places[account.endpoint].token) {
      throw new ProviderError('ovhcloud', 'no-oauth')
    }
  }

  return {
    onDidChange: changed.on,
    unreadable: accounts.unreadable,
    list: () => [
      ...accounts.all().map((account) => ({ account, secrets: placed.get(account.id) ?? 'missing', needs: neededSecrets(account) })),
      ...given.map(({ account }) => ({ account, secrets: 'this-run' as const, needs: neededSecrets(account) })),
    ],
    async load() {
      await accounts.load()
      for (const account of accounts.all()) placed.set(account.id, (await readSecrets(account)).place)
      changed.emit()
    },
    async add(account, secrets) {
      check(account)
      const id = randomUUID()
      await accounts.change((all) => [...all, ProviderAccount.parse({ ...account, id })])
      await keepSecrets(id, secrets)
      changed.emit()
      return id
    },
    async update(id, account) {
      find(id)
      check(account)
      await accounts.change((all) => all.map((one) => (one.id === id ? ProviderAccount.parse({ ...account, id }) : one)))
      adapters.delete(id)
      placed.set(id, (await readSecrets(find(id))).place)
      changed.emit()
    },
    async setSecrets(id, secrets) {
      find(id)
      await keepSecrets(id, secrets)
      changed.emit()
    },
    async remove(id) {
      find(id)
      // Secrets first: a crash in between must not leave one that no list shows.
      await vault.remove(id)
      inMemory.delete(id)
      adapters.delete(id)
      placed.delete(id)
      await accounts.change((all) => all.filter((one) => one.id !== id))
    },
    async provider(id) {
      const account = find(id)
      const known = adapters.get(id)
      if (known) return known
      // Kept from the first question on: two adapters would be two wrong sign-ins, and a late one would bring old secrets back.
      const made = readSecrets(account).then(({ secrets }) => createProvider(account, secrets, parts))
      adapters.set(id, made)
      made.catch(() => adapters.get(id) === made && adapters.delete(id))
      return made
    },
  }
}

/** @throws ProviderError `secret-missing` */
export function createProvider(account: NewAccount, secrets: Secrets, parts: ProviderParts): Provider {
  const need = (field: keyof Secrets): string => {
    const found = secrets[field]
    if (!found) throw new ProviderError(account.kind, 'secret-missing')
    return found
  }
  switch (account.kind) {
    case 'hetzner-cloud':
      return createHetznerCloud({ token: need('token') }, parts)
    case 'hetzner-robot':
      return createHetznerRobot({ user: account.user, password: need('password') }, parts)
    case 'scaleway':
      return createScaleway({ secretKey: need('secretKey') }, parts)
    case 'ovhcloud': {
      const { endpoint, readMail, signIn } = account
      const credentials =
        signIn.kind === 'keys'
          ? { ...signIn, applicationSecret: need('applicationSecret'), consumerKey: need('consumerKey') }
          : { ...signIn, clientSecret: need('clientSecret') }
      return createOvhcloud({ endpoint, credentials, readMail }, parts)
    }
  }
}

function parseSecrets(text: string): Secrets | undefined {
  try {
    return Secrets.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
