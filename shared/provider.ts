/**
 * Providers as both faces see them: accounts (never their secrets), servers, a rescue restart under way, and the way by hand.
 */
import { z } from 'zod'
import { manualWays, ovhEndpoints, providerKinds } from './provider-names.js'
import { ProviderProblemInfo } from './provider-problem.js'

export const ProviderKind = z.enum(providerKinds)
export type ProviderKind = z.infer<typeof ProviderKind>

export const OvhEndpoint = z.enum(ovhEndpoints)
export type OvhEndpoint = z.infer<typeof OvhEndpoint>

// -- accounts ----------------------------------------------------------------------------------------------------------------

/** Ids and keys are typed in or pasted: one word of visible ASCII, as every provider makes them. */
const Word = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{1,200}$/)
const Label = z.string().trim().min(1).max(100)

/** What a person enters. The application key and the client id are names, not secrets. */
export const NewAccount = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ovhcloud'),
    label: Label,
    endpoint: OvhEndpoint,
    signIn: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('keys'), applicationKey: Word }),
      z.strictObject({ kind: z.literal('oauth2'), clientId: Word }),
    ]),
    /** The person allowed this key to read the account's e-mails. */
    readMail: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('hetzner-cloud'), label: Label }),
  z.strictObject({ kind: z.literal('hetzner-robot'), label: Label, user: Word }),
  z.strictObject({ kind: z.literal('scaleway'), label: Label }),
])
export type NewAccount = z.infer<typeof NewAccount>

const id = { id: z.string().min(1).max(100) }
const [ovhcloud, hetznerCloud, hetznerRobot, scaleway] = NewAccount.options
export const ProviderAccount = z.discriminatedUnion('kind', [
  ovhcloud.extend(id),
  hetznerCloud.extend(id),
  hetznerRobot.extend(id),
  scaleway.extend(id),
])
export type ProviderAccount = z.infer<typeof ProviderAccount>

export const secretFields = ['applicationSecret', 'consumerKey', 'clientSecret', 'token', 'password', 'secretKey'] as const
export const SecretField = z.enum(secretFields)
export type SecretField = z.infer<typeof SecretField>
/** A person chose the password: whatever HTTP Basic carries (RFC 7617 §2.1, UTF-8). */
const Password = z.string().regex(/^\P{Cc}{1,200}$/u)
export const Secrets = z
  .strictObject({ applicationSecret: Word, consumerKey: Word, clientSecret: Word, token: Word, password: Password, secretKey: Word })
  .partial()
export type Secrets = z.infer<typeof Secrets>

/** The secrets an account cannot work without. */
export function neededSecrets(account: NewAccount): SecretField[] {
  if (account.kind === 'hetzner-cloud') return ['token']
  if (account.kind === 'hetzner-robot') return ['password']
  if (account.kind === 'scaleway') return ['secretKey']
  return account.signIn.kind === 'keys' ? ['applicationSecret', 'consumerKey'] : ['clientSecret']
}

/** `kept`: in the keyring; `this-run`: in memory, asked again after the next start; `missing`: to be entered. */
export const SecretsPlace = z.enum(['kept', 'this-run', 'missing'])
export type SecretsPlace = z.infer<typeof SecretsPlace>

export const AccountState = z.strictObject({ account: ProviderAccount, secrets: SecretsPlace, needs: z.array(SecretField) })
export type AccountState = z.infer<typeof AccountState>

/** An account in OVH's own configuration files and variables. `incomplete`: what is missing, or may not be read. */
export const FoundAccount = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('found'), account: NewAccount, sources: z.array(z.string()) }),
  z.strictObject({
    kind: z.literal('incomplete'),
    missing: z.array(z.string()),
    sources: z.array(z.string()),
    unreadable: z.array(z.string()),
  }),
])
export type FoundAccount = z.infer<typeof FoundAccount>

/** May secrets be kept on this machine? `plain-text`: there is only a store that hides nothing. */
export const VaultState = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('safe') }),
  z.strictObject({ kind: z.literal('none'), reason: z.enum(['no-keyring', 'plain-text', 'no-window']) }),
])
export type VaultState = z.infer<typeof VaultState>

// -- servers -----------------------------------------------------------------------------------------------------------------

export const products = ['vps', 'dedicated', 'cloud', 'server', 'robot', 'instance', 'metal'] as const
/** What a provider calls the thing: OVH's `vps`, `dedicated`, `cloud`; Hetzner's `server`, `robot`; Scaleway's `instance`, `metal`. */
export const Product = z.enum(products)
export type Product = z.infer<typeof Product>

export const MachineState = z.enum(['running', 'rescue', 'off', 'busy', 'unknown'])
export type MachineState = z.infer<typeof MachineState>

/** `id`: `<product>/<the provider's own id>`. Names are the provider's, stripped. */
export const ProviderServer = z.strictObject({
  id: z.string(),
  product: Product,
  name: z.string(),
  addresses: z.array(z.string()),
  state: MachineState,
})
export type ProviderServer = z.infer<typeof ProviderServer>

/** A part of the list that could not be asked for: a service, a product, a zone, as the provider calls it. */
export const LeftOut = z.strictObject({ what: z.string(), problem: ProviderProblemInfo })
export type LeftOut = z.infer<typeof LeftOut>

/** `until-left`: every restart leads to rescue again until the boot mode is changed back; `one-boot`: the next restart is normal. */
export const Stickiness = z.enum(['until-left', 'one-boot'])
export type Stickiness = z.infer<typeof Stickiness>

export const Capabilities = z.strictObject({
  stickiness: Stickiness,
  progress: z.enum(['percent', 'stages']),
  /** Where the rescue password comes from; `account-keys`: there is none, the account's SSH keys count. */
  credentials: z.enum(['answer', 'mail', 'secret', 'account-keys']),
  publishesHostKey: z.boolean(),
  console: z.boolean(),
})
export type Capabilities = z.infer<typeof Capabilities>

/** A request that will change something, as it is sent. Bodies hold no secrets. */
export const PlannedRequest = z.strictObject({ method: z.string(), path: z.string(), body: z.string() })
export type PlannedRequest = z.infer<typeof PlannedRequest>

/** What the provider says of a server before anything is asked of it. */
export const Inspection = z.strictObject({ state: MachineState, requests: z.array(PlannedRequest) })
export type Inspection = z.infer<typeof Inspection>

// -- a restart under way -----------------------------------------------------------------------------------------------------

/** How it was before the first change: recorded by the caller first, needed to tell old tasks and mails from new ones and to go back. */
export const Before = z.strictObject({
  /** The provider's time where it has one. */
  at: z.iso.datetime(),
  boot: z.string(),
  bootId: z.number().int().optional(),
  tasks: z.array(z.number().int()).optional(),
  mails: z.array(z.number().int()).optional(),
})
export type Before = z.infer<typeof Before>

/** A restart that was asked for. Holds no secret: it can be written down and followed again after a crash. */
export const Operation = z.strictObject({
  kind: z.enum(['enter', 'leave']),
  server: z.string(),
  before: Before,
  task: z.number().int().optional(),
})
export type Operation = z.infer<typeof Operation>

export const ManualWayId = z.enum(manualWays)
export type ManualWayId = z.infer<typeof ManualWayId>

/** Starting or leaving rescue by hand. Steps are texts: `providers.manual.<id>.<enter|leave>.<1…steps>`. */
export const ManualWay = z.strictObject({
  id: ManualWayId,
  direction: z.enum(['enter', 'leave']),
  /** The provider's panel; a panel that customers host themselves has no address here. */
  panel: z.url().optional(),
  steps: z.number().int().positive(),
  stickiness: Stickiness,
  /** Where a person finds the way in. `chosen`: they set it while starting rescue. */
  password: z.enum(['mail', 'panel', 'chosen', 'console', 'account-keys']),
})
export type ManualWay = z.infer<typeof ManualWay>

/** Which machine of which provider a saved server is: by API through an account, or by hand through a panel. */
export const ProviderLink = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('account'), accountId: z.string(), server: z.string() }),
  z.strictObject({ kind: z.literal('by-hand'), way: ManualWayId }),
])
export type ProviderLink = z.infer<typeof ProviderLink>

export const ProgressState = z.strictObject({
  kind: z.enum(['requested', 'restarting', 'done']),
  elapsedSeconds: z.number().int().nonnegative(),
  /** The provider's own figure, 0–100. */
  percent: z.number().min(0).max(100).optional(),
  task: z.string().optional(),
  /** The provider could not be asked just now; it is asked again. */
  trouble: ProviderProblemInfo.optional(),
})
export type ProgressState = z.infer<typeof ProgressState>

/** How watching ended. It never stops the restart itself; all but `done` come with the way by hand. */
export const WaitResult = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('done') }),
  z.strictObject({ kind: z.literal('failed'), problem: ProviderProblemInfo, manual: ManualWay }),
  z.strictObject({ kind: z.literal('timed-out'), minutes: z.number(), manual: ManualWay }),
  z.strictObject({ kind: z.literal('stopped'), manual: ManualWay }),
])
export type WaitResult = z.infer<typeof WaitResult>

/** One of the account's mails since the restart, and why it is or is not the one. The subject is stripped. */
export const MailSeen = z.strictObject({
  id: z.number().int(),
  at: z.iso.datetime(),
  subject: z.string(),
  verdict: z.enum(['match', 'older', 'other-server', 'no-password']),
})
export type MailSeen = z.infer<typeof MailSeen>
