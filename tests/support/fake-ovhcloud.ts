/** OVHcloud's API on the loopback: signatures, clock and tokens checked, and machines whose restarts take a few looks. */
import { createHash } from 'node:crypto'
import type { OvhCredentials } from '../../electron/providers/ovhcloud/client.js'
import { type Asked, type Reply, startFakeProvider } from './fake-provider.js'
import { keys, rescuePassword, secretId } from './fake-vps.js'
import { type Harness, harness } from './provider-harness.js'

export const client = {
  kind: 'oauth2',
  clientId: 'EU.0123456789',
  clientSecret: 'SECRETclient/0123+456=',
} as const satisfies OvhCredentials

/** OVH's clock is this far from ours. */
const DRIFT_MS = 3 * 3600_000
/** How far a timestamp may be off (the window of one public fake server). */
const WINDOW_S = 180

export interface FakeOvhcloud {
  /** Every signed call is refused with this. */
  refuse: Reply | undefined
  /** Our clock and OVH's drift apart by this much more. */
  shiftClock(ms: number): void
  tokens: string[]
}

export async function startOvhcloud(): Promise<Harness & { ovh: FakeOvhcloud; tokenUrl: string }> {
  let shift = DRIFT_MS
  const tokens: string[] = []
  const ovh: FakeOvhcloud = {
    refuse: undefined,
    tokens,
    shiftClock(ms) {
      shift += ms
    },
  }
  const started = await harness(
    async (clock) => {
      const seconds = () => Math.floor((clock.now().getTime() + shift) / 1000)
      const api = await startFakeProvider({
        files: [
          'ovhcloud/vps.json',
          'ovhcloud/dedicated.json',
          'ovhcloud/me.json',
          'ovhcloud/cloud.json',
          'ovhcloud/cloud-list.json',
          'ovhcloud/auth.json',
          'ovhcloud/token.json',
        ],
        basePath: '/1.0',
        authenticate: (asked) => ovh.refuse ?? signatureFault(asked, api.base, seconds()),
      })
      const signatureFault = (asked: Asked, base: string, now: number): Reply | undefined => {
        const head = (name: string) => String(asked.headers[name] ?? '')
        if (asked.headers.authorization) {
          if (head('x-ovh-signature')) return { status: 400, body: { class: 'Client::BadRequest', message: 'two ways to sign in' } }
          return tokens.includes(head('authorization').replace('Bearer ', ''))
            ? undefined
            : { status: 401, body: { class: 'Client::Unauthorized', message: 'You must login first' } }
        }
        if (head('x-ovh-application') !== keys.applicationKey) {
          return { status: 403, body: { class: 'Client::Forbidden', message: 'This application key is invalid' } }
        }
        if (Math.abs(Number(head('x-ovh-timestamp')) - now) > WINDOW_S) {
          return { status: 400, body: { class: 'Client::BadRequest', message: 'Query out of time' } }
        }
        const url = base.replace('/1.0', '') + asked.path
        const text = [keys.applicationSecret, keys.consumerKey, asked.method, url, asked.text, head('x-ovh-timestamp')].join('+')
        const signature = `$1$${createHash('sha1').update(text).digest('hex')}`
        return head('x-ovh-signature') === signature
          ? undefined
          : { status: 400, body: { errorCode: 'INVALID_SIGNATURE', httpCode: '400 Bad Request', message: 'Invalid signature' } }
      }
      api.on('GET /auth/time', () => ({ body: seconds() }))
      return api
    },
    [keys.applicationSecret, keys.consumerKey, client.clientSecret, rescuePassword, secretId, 'SECRETtoken'],
  )
  return { ...started, ovh, tokenUrl: `${started.api.base}/auth/oauth2/token` }
}
