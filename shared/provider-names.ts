/** Names of providers, sites and ways by hand. Apart from the schemas of provider.ts: the page's policy forbids what the schema library tries when it is loaded. */

export const providerKinds = ['ovhcloud', 'hetzner-cloud', 'hetzner-robot', 'scaleway'] as const

export const ovhEndpoints = ['ovh-eu', 'ovh-ca', 'ovh-us', 'soyoustart-eu', 'soyoustart-ca', 'kimsufi-eu', 'kimsufi-ca'] as const

export const manualWays = [
  'ovhcloud-vps',
  'ovhcloud-dedicated',
  'ovhcloud-cloud',
  'hetzner-cloud',
  'hetzner-robot',
  'scaleway-instance',
  'scaleway-metal',
  'openstack',
  'linode',
  'contabo',
  'netcup',
  'vultr',
  'digitalocean',
  'ionos',
  'virtfusion',
  'other',
] as const
