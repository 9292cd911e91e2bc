/**
 * Credentials that OVH's own tools already use here: `ovh.conf` and OVH_* variables, in the order of python-ovh (the nearer wins):
 * /etc/ovh.conf, ~/.ovh.conf, ./ovh.conf, environment.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'ini'
import { type NewAccount, OvhEndpoint, type SecretField, type Secrets } from '../../../shared/provider.js'
import { errnoOf } from '../../file-operations.js'
import type { OvhCredentials } from './client.js'

const fields = ['application_key', 'application_secret', 'consumer_key', 'client_id', 'client_secret'] as const
type Field = (typeof fields)[number]

export type FoundConfig =
  | { kind: 'found'; endpoint: OvhEndpoint; credentials: OvhCredentials; sources: string[] }
  /** Something is there, but not all of it. `unreadable`: a file that may not be read. */
  | { kind: 'incomplete'; missing: (SecretField | 'endpoint' | 'applicationKey' | 'clientId')[]; sources: string[]; unreadable: string[] }
  | { kind: 'none' }

export async function findOvhConfig(o: {
  home: string
  directory: string
  environment: NodeJS.ProcessEnv
  /** Replaced in tests only. */
  system?: string
}): Promise<FoundConfig> {
  const paths = [o.system ?? '/etc/ovh.conf', join(o.home, '.ovh.conf'), join(o.directory, 'ovh.conf')]
  const sources: string[] = []
  const unreadable: string[] = []
  const files: Record<string, unknown>[] = []
  for (const path of paths) {
    try {
      files.push(parse(await readFile(path, 'utf8')))
      sources.push(path)
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') unreadable.push(path)
    }
  }
  const fromFiles = (section: string, name: string) =>
    files.map((file) => word((file[section] as Record<string, unknown> | undefined)?.[name])).findLast(Boolean)
  const fromEnvironment = (name: string) => word(o.environment[`OVH_${name.toUpperCase()}`])
  if (['endpoint', ...fields].some(fromEnvironment)) sources.push('OVH_*')
  if (!sources.length && !unreadable.length) return { kind: 'none' }

  const endpoint = OvhEndpoint.safeParse(fromEnvironment('endpoint') ?? fromFiles('default', 'endpoint')).data
  const get = (field: Field) => fromEnvironment(field) ?? (endpoint && fromFiles(endpoint, field))
  const [applicationKey, applicationSecret, consumerKey, clientId, clientSecret] = fields.map(get)
  if (endpoint && applicationKey && applicationSecret && consumerKey) {
    return { kind: 'found', endpoint, credentials: { kind: 'keys', applicationKey, applicationSecret, consumerKey }, sources }
  }
  if (endpoint && clientId && clientSecret)
    return { kind: 'found', endpoint, credentials: { kind: 'oauth2', clientId, clientSecret }, sources }
  const wanted = clientId || clientSecret ? { clientId, clientSecret } : { applicationKey, applicationSecret, consumerKey }
  const missing = Object.entries({ endpoint, ...wanted }).flatMap(([name, value]) => (value ? [] : [name]))
  return { kind: 'incomplete', missing: missing as Extract<FoundConfig, { kind: 'incomplete' }>['missing'], sources, unreadable }
}

/** What was found, as an account that can be saved. Reading mail is the person's choice to make. */
export function accountOfConfig(found: Extract<FoundConfig, { kind: 'found' }>): { account: NewAccount; secrets: Secrets } {
  const { endpoint, credentials } = found
  const common = { kind: 'ovhcloud', label: endpoint, endpoint, readMail: false } as const
  if (credentials.kind === 'oauth2') {
    const { kind, clientId, clientSecret } = credentials
    return { account: { ...common, signIn: { kind, clientId } }, secrets: { clientSecret } }
  }
  const { kind, applicationKey, applicationSecret, consumerKey } = credentials
  return { account: { ...common, signIn: { kind, applicationKey } }, secrets: { applicationSecret, consumerKey } }
}

const word = (value: unknown) => (typeof value === 'string' && value.trim() ? value.trim() : undefined)
