/**
 * ufw: its rules are files for iptables-restore, put together by /lib/ufw/ufw-init-functions. `ufw allow` in a chroot would reach for
 * the rescue system's kernel, and fail; the line it would write is written here instead.
 */

import { MAX_TEXT } from '../../machine/system-files.js'
import type { MountedSystem } from '../task.js'
import { insertLines, replaceLine } from '../text-edit.js'
import type { Units } from '../units.js'
import { createEdits, type Filter } from './filter.js'
import { acceptRule, readTables, verdictOf } from './iptables.js'
import type { Packet, Verdict } from './packet.js'

const conf = '/etc/ufw/ufw.conf'
const defaults = '/etc/default/ufw'
const rules = (family: 4 | 6) => {
  const mark = family === 6 ? '6' : ''
  return {
    mark: `ufw${mark}`,
    before: `/etc/ufw/before${mark}.rules`,
    user: `/etc/ufw/user${mark}.rules`,
    after: `/etc/ufw/after${mark}.rules`,
  }
}

export async function readUfw(system: MountedSystem, units: Units | undefined): Promise<Filter | undefined> {
  const paths = [conf, defaults, ...([4, 6] as const).flatMap((family) => Object.values(rules(family)).slice(1))]
  const files = await system.files.texts(paths, MAX_TEXT)
  const settings = files.get(conf)
  if (settings === undefined) return undefined
  return ufwFilter(files, units ? units.isEnabled('ufw.service') : undefined)
}

/** @param enabled the service; undefined when unknown. Pure. */
export function ufwFilter(files: ReadonlyMap<string, string>, enabled: boolean | undefined): Filter {
  const settings = files.get(conf) ?? ''
  const isOn = lastValue(settings, 'ENABLED')?.toLowerCase() === 'yes'
  const line = settings.split('\n').findLastIndex((text) => /^\s*ENABLED\s*=/.test(text)) + 1
  return {
    tool: 'ufw',
    starts: isOn ? enabled : false,
    verdict: (packet) => ufwVerdict(files, packet),
    letIn(packets) {
      const edits = createEdits(files)
      for (const { family, port } of packets) {
        const { user, mark } = rules(family)
        const at = (edits.text(user) ?? '').split('\n').findIndex((text) => text.trim() === '### RULES ###')
        if (at < 0) continue
        const any = family === 4 ? '0.0.0.0/0' : '::/0'
        const tuple = `### tuple ### allow tcp ${port} ${any} any ${any} in`
        edits.change(user, (text) => insertLines(text, at + 2, ['', tuple, acceptRule(port, `${mark}-user-input`)]))
      }
      return packets.every((packet) => ufwVerdict(edits.files(), packet).result === 'in') ? edits.steps(0o640) : undefined
    },
    off: { steps: [{ kind: 'edit', path: conf, before: settings, after: replaceLine(settings, line, () => 'ENABLED=no') }] },
  }
}

function ufwVerdict(files: ReadonlyMap<string, string>, packet: Packet): Verdict {
  const options = files.get(defaults) ?? ''
  const isSix = packet.family === 6
  if (isSix && lastValue(options, 'IPV6')?.toLowerCase() !== 'yes') return { result: 'in', because: [] }
  const { mark, before, user, after } = rules(packet.family)
  const policy = lastValue(options, 'DEFAULT_INPUT_POLICY')?.toUpperCase() ?? 'DROP'
  const line = options.split('\n').findLastIndex((text) => /^\s*DEFAULT_INPUT_POLICY\s*=/.test(text)) + 1
  const jumps = ['before-logging-input', 'before-input', 'after-input', 'after-logging-input', 'reject-input', 'track-input']
  const frame = [
    '*filter',
    ...jumps.map((chain) => `-A INPUT -j ${mark}-${chain}`),
    `-A ${mark}-skip-to-policy-input -j ${policy}`,
    ...(policy === 'REJECT' ? [`-A ${mark}-reject-input -j REJECT`] : []),
  ]
  const text = (file: string) => ({ file, text: files.get(file) ?? '' })
  const tables = readTables([
    { file: defaults, text: frame.join('\n') },
    text(before),
    { file: user, text: `*filter\n-A ${mark}-before-input -j ${mark}-user-input\n` },
    text(user),
    text(after),
  ])
  const input = tables.get('filter')?.get('INPUT')
  if (input && policy !== 'ACCEPT')
    Object.assign(input, { policy: 'drop', origin: { file: defaults, line: Math.max(1, line), text: `DEFAULT_INPUT_POLICY="${policy}"` } })
  return verdictOf(tables, packet)
}

/** Of a file the shell reads: the last one counts. */
function lastValue(text: string, name: string): string | undefined {
  return [...text.matchAll(new RegExp(`^\\s*${name}\\s*=\\s*["']?([^"'\\s#]*)`, 'gm'))].at(-1)?.[1]
}
