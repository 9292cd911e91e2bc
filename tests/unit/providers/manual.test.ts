import { expect, it } from 'vitest'
import { manualWay, manualWayOf } from '../../../electron/providers/manual.js'
import { ManualWay, type Product, type ProviderKind } from '../../../shared/provider.js'
import { manualWays } from '../../../shared/provider-names.js'

it('every way by hand is complete, and its panel is an https address', () => {
  for (const id of manualWays) {
    for (const direction of ['enter', 'leave'] as const) {
      const way = ManualWay.parse(manualWay(id, direction))
      expect(way.panel ?? 'https://').toMatch(/^https:\/\//)
    }
  }
})

it.each<[ProviderKind, Product, string]>([
  ['ovhcloud', 'vps', 'ovhcloud-vps'],
  ['ovhcloud', 'dedicated', 'ovhcloud-dedicated'],
  ['ovhcloud', 'cloud', 'ovhcloud-cloud'],
  ['hetzner-cloud', 'server', 'hetzner-cloud'],
  ['hetzner-robot', 'robot', 'hetzner-robot'],
  ['scaleway', 'instance', 'scaleway-instance'],
  ['scaleway', 'metal', 'scaleway-metal'],
])('%s %s is left to the person as %s', (kind, product, way) => expect(manualWayOf(kind, product)).toBe(way))
