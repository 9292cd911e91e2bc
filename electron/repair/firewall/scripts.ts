/** Rules that no service loads but a script of one's own: they are shown, not followed. */
import type { MountedSystem } from '../task.js'
import type { Deciding } from './packet.js'

const folders = [
  '/etc/network/if-pre-up.d',
  '/etc/network/if-up.d',
  '/etc/network/interfaces.d',
  '/etc/cron.d',
  '/etc/NetworkManager/dispatcher.d',
]
const files = [
  '/etc/rc.local',
  '/etc/rc.d/rc.local',
  '/etc/network/interfaces',
  '/etc/crontab',
  '/var/spool/cron/crontabs/root',
  '/var/spool/cron/root',
]

/** Lines that call iptables or nft to drop, or to load a file of rules. */
export async function readScripts(system: MountedSystem): Promise<Deciding[]> {
  const lists = await Promise.all(folders.map(async (folder) => (await system.files.list(folder)).map(({ name }) => `${folder}/${name}`)))
  const read = await system.files.read([...files, ...lists.flat()].slice(0, 200))
  return read.flatMap((file) => (file.kind === 'file' ? ruleCalls(file.path, file.bytes.toString('utf8')) : [])).slice(0, 50)
}

/** Pure. */
export const ruleCalls = (file: string, text: string): Deciding[] =>
  text.split('\n').flatMap((raw, index) => {
    const line = raw.trim()
    const calls = /(^|[\s;&|/])(ip6?tables-restore\b|ip6?tables\b.*\b(DROP|REJECT)\b|nft\s+-f\b|nft\b.*\b(drop|reject)\b)/.test(line)
    return calls && !line.startsWith('#') ? [{ file, line: index + 1, text: line }] : []
  })
