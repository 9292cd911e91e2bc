/** The least an OVHcloud key needs for rescue mode, and the page where a person makes such a key. `*` stands for any rest of a path. */
import type { OvhEndpoint } from '../../../shared/provider.js'
import { places } from './endpoints.js'

interface AccessRule {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
}

const rule = (text: string): AccessRule => {
  const [method, path] = text.split(' ') as [AccessRule['method'], string]
  return { method, path }
}

const vps = ['GET /vps', 'GET /vps/*', 'PUT /vps/*', 'POST /vps/*/reboot', 'POST /vps/*/getConsoleUrl']
const dedicated = [
  'GET /dedicated/server',
  'GET /dedicated/server/*',
  'PUT /dedicated/server/*',
  'POST /dedicated/server/*/reboot',
  'POST /dedicated/server/*/authenticationSecret',
]
const cloud = [
  'GET /cloud/project',
  'GET /cloud/project/*/instance',
  'GET /cloud/project/*/instance/*',
  'POST /cloud/project/*/instance/*/rescueMode',
  'POST /cloud/project/*/instance/*/vnc',
]
/** Opens every mail of the account: only when the person wants the password read from there. */
const mail = ['GET /me/notification/email/history', 'GET /me/notification/email/history/*']

export interface Rights {
  products: readonly ('vps' | 'dedicated' | 'cloud')[]
  mail: boolean
}

export function accessRules({ products, mail: withMail }: Rights): AccessRule[] {
  const wanted = { vps, dedicated, cloud }
  return [...products.flatMap((product) => wanted[product]), ...(withMail ? mail : [])].map(rule)
}

/** OVH's page that makes application key, secret and consumer key in one step, with the rights filled in. */
export function keyPage(endpoint: OvhEndpoint, rights: Rights): string {
  const query = accessRules(rights).map(({ method, path }) => `${method}=${path}`)
  return `${new URL(places[endpoint].api).origin}/createToken/?${query.join('&')}`
}

/** The rule of ours that would have allowed a refused call, or the call itself. */
export function missingRight(method: string, path: string): string {
  const all = accessRules({ products: ['vps', 'dedicated', 'cloud'], mail: true })
  const fits = (one: AccessRule) => {
    const pattern = one.path.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    return one.method === method && new RegExp(`^${pattern.join('.+')}$`).test(path)
  }
  // The longest is the narrowest.
  const found = all.filter(fits).sort((a, b) => b.path.length - a.path.length)[0]
  return found ? `${found.method} ${found.path}` : `${method} ${path}`
}
