/** ConfigServer firewall: lists of ports and addresses. */
import type { MountedSystem } from '../task.js'
import { commentLine, replaceLine } from '../text-edit.js'
import type { Units } from '../units.js'
import { createEdits, type Filter } from './filter.js'
import { either, isFrom, isPort, type Packet, type Verdict } from './packet.js'

const csfConf = '/etc/csf/csf.conf'
const csfDeny = '/etc/csf/csf.deny'
const csfDisable = '/etc/csf/csf.disable'

export async function readCsf(system: MountedSystem, units: Units | undefined): Promise<Filter | undefined> {
  const files = await system.files.texts([csfConf, csfDeny, csfDisable])
  if (!files.has(csfConf)) return undefined
  return csfFilter(files, units ? units.isEnabled('csf.service') : undefined)
}

/** Pure. */
export function csfFilter(files: ReadonlyMap<string, string>, enabled: boolean | undefined): Filter {
  const portLine = (text: string, family: 4 | 6) =>
    text.split('\n').findIndex((line) => new RegExp(`^\\s*TCP${family === 6 ? '6' : ''}_IN\\s*=`).test(line))
  const denyLine = (text: string, packet: Packet) =>
    text
      .split('\n')
      .findIndex((line) => !line.trim().startsWith('#') && line.trim() !== '' && isFrom(packet, line.trim().split(/[\s#]/)[0]!) === 'yes')
  const verdict = (from: ReadonlyMap<string, string>, packet: Packet): Verdict => {
    const conf = from.get(csfConf) ?? ''
    if (packet.family === 6 && !/^\s*IPV6\s*=\s*"1"/m.test(conf)) return { result: 'in', because: [] }
    const deny = from.get(csfDeny) ?? ''
    const denied = denyLine(deny, packet)
    if (denied >= 0) return { result: 'out', because: [{ file: csfDeny, line: denied + 1, text: deny.split('\n')[denied]! }] }
    const line = portLine(conf, packet.family)
    const text = conf.split('\n')[line] ?? ''
    const open = either((/"([^"]*)"/.exec(text)?.[1] ?? '').split(',').map((port) => isPort(packet.port, port.trim())))
    return open === 'yes'
      ? { result: 'in', because: [] }
      : { result: 'out', because: [{ file: csfConf, line: Math.max(1, line + 1), text }] }
  }
  return {
    tool: 'csf',
    starts: files.has(csfDisable) ? false : enabled,
    verdict: (packet) => verdict(files, packet),
    letIn(packets) {
      const edits = createEdits(files)
      for (const packet of packets) {
        const denied = denyLine(edits.text(csfDeny) ?? '', packet)
        if (denied >= 0) edits.change(csfDeny, (text) => commentLine(text, denied + 1))
        if (verdict(edits.files(), packet).result === 'in') continue
        const line = portLine(edits.text(csfConf)!, packet.family)
        if (line >= 0)
          edits.change(csfConf, (text) =>
            replaceLine(text, line + 1, (old) =>
              old.replace(/"([^"]*)"/, (_, ports: string) => `"${[ports, packet.port].filter(Boolean).join(',')}"`),
            ),
          )
      }
      return packets.every((packet) => verdict(edits.files(), packet).result === 'in') ? edits.steps() : undefined
    },
    off: { steps: [{ kind: 'edit', path: csfDisable, before: undefined, after: '' }] },
  }
}
