import type { OvhEndpoint } from '../../../shared/provider.js'

interface Place {
  /** API v1. */
  api: string
  /** SoYouStart and Kimsufi have none: application keys only. */
  token?: string
}

/** Addresses as OVH's own clients have them (node-ovh lib/endpoints.js, go-ovh ovh/ovh.go). */
export const places: Record<OvhEndpoint, Place> = {
  'ovh-eu': { api: 'https://eu.api.ovh.com/1.0', token: 'https://www.ovh.com/auth/oauth2/token' },
  'ovh-ca': { api: 'https://ca.api.ovh.com/1.0', token: 'https://ca.ovh.com/auth/oauth2/token' },
  'ovh-us': { api: 'https://api.us.ovhcloud.com/1.0', token: 'https://us.ovhcloud.com/auth/oauth2/token' },
  'soyoustart-eu': { api: 'https://eu.api.soyoustart.com/1.0' },
  'soyoustart-ca': { api: 'https://ca.api.soyoustart.com/1.0' },
  'kimsufi-eu': { api: 'https://eu.api.kimsufi.com/1.0' },
  'kimsufi-ca': { api: 'https://ca.api.kimsufi.com/1.0' },
}

/** A link in a pasted mail: which API knows its secret. Customers of the rest of the world are at home in Canada. */
export const endpointOfLink = (host: string): OvhEndpoint =>
  /(^|\.)us\.ovhcloud\.com$|\.us$/.test(host) ? 'ovh-us' : /^ca\.|\.ca$/.test(host) ? 'ovh-ca' : 'ovh-eu'
