/**
 * Starting and leaving rescue by hand, for every provider with or without an API here: the panel's address, how many steps the
 * locale files describe (`providers.manual.<id>.<direction>.<step>`), and what a person has to know first.
 */
import type { ManualWay, ManualWayId, ProviderKind } from '../../shared/provider.js'
import { manualWays } from '../../shared/provider-names.js'

type Facts = Pick<ManualWay, 'panel' | 'stickiness' | 'password'> & { enter: number; leave: number }

const facts: Record<ManualWayId, Facts> = {
  'ovhcloud-vps': { panel: 'https://www.ovh.com/manager/', stickiness: 'until-left', password: 'mail', enter: 3, leave: 2 },
  'ovhcloud-dedicated': { panel: 'https://www.ovh.com/manager/', stickiness: 'until-left', password: 'mail', enter: 3, leave: 2 },
  'ovhcloud-cloud': { panel: 'https://www.ovh.com/manager/', stickiness: 'until-left', password: 'panel', enter: 2, leave: 1 },
  'hetzner-cloud': { panel: 'https://console.hetzner.cloud/', stickiness: 'one-boot', password: 'panel', enter: 2, leave: 1 },
  'hetzner-robot': { panel: 'https://robot.hetzner.com/server', stickiness: 'one-boot', password: 'panel', enter: 2, leave: 1 },
  'scaleway-instance': {
    panel: 'https://console.scaleway.com/instance/servers',
    stickiness: 'until-left',
    password: 'account-keys',
    enter: 3,
    leave: 3,
  },
  'scaleway-metal': {
    panel: 'https://console.scaleway.com/elastic-metal/servers',
    stickiness: 'until-left',
    password: 'panel',
    enter: 2,
    leave: 1,
  },
  openstack: { stickiness: 'until-left', password: 'panel', enter: 2, leave: 2 },
  linode: { panel: 'https://cloud.linode.com/linodes', stickiness: 'one-boot', password: 'console', enter: 3, leave: 1 },
  contabo: { panel: 'https://my.contabo.com/', stickiness: 'one-boot', password: 'chosen', enter: 2, leave: 1 },
  netcup: { panel: 'https://www.servercontrolpanel.de/', stickiness: 'until-left', password: 'panel', enter: 2, leave: 2 },
  vultr: { panel: 'https://my.vultr.com/', stickiness: 'until-left', password: 'console', enter: 3, leave: 1 },
  digitalocean: { panel: 'https://cloud.digitalocean.com/droplets', stickiness: 'until-left', password: 'console', enter: 3, leave: 2 },
  ionos: { panel: 'https://my.ionos.com/', stickiness: 'until-left', password: 'panel', enter: 2, leave: 2 },
  virtfusion: { stickiness: 'until-left', password: 'mail', enter: 2, leave: 1 },
  other: { stickiness: 'until-left', password: 'panel', enter: 2, leave: 2 },
}

export function manualWay(id: ManualWayId, direction: ManualWay['direction']): ManualWay {
  const { panel, stickiness, password, [direction]: steps } = facts[id]
  return { id, direction, ...(panel ? { panel } : {}), steps, stickiness, password }
}

/** Where to go when an API says no. */
export function manualWayOf(kind: ProviderKind, product: string): ManualWayId {
  const wanted = `${kind}-${product}`
  return manualWays.find((id) => id === wanted || id === kind) ?? 'other'
}
