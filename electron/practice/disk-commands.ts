/** Programs that look at and mount the practice machine's disks. */
import type { Command, CommandContext, CommandResult } from './commands.js'
import { findPartition, locate, type Machine, mountPointsOf, type Partition } from './machine.js'

const problem = (text: string, status = 1): CommandResult => ({ err: `${text}\n`, status })
const gigabytes = (mebibytes: number) => (mebibytes < 1024 ? `${mebibytes}M` : `${Number((mebibytes / 1024).toFixed(1))}G`)

function shownMountPoint(machine: Machine, partition: Partition): string {
  if (machine.swap.includes(partition.name)) return '[SWAP]'
  return mountPointsOf(machine, partition)[0] ?? ''
}

const lsblk: Command = ({ machine, words }) => {
  const withFileSystems = words.includes('-f')
  const rows = ['NAME   MAJ:MIN RM  SIZE RO TYPE MOUNTPOINTS']
  if (withFileSystems) rows[0] = 'NAME   FSTYPE UUID                                 MOUNTPOINTS'
  for (const disk of machine.disks) {
    rows.push(
      withFileSystems ? disk.name : `${disk.name.padEnd(7)}${disk.numbers.padStart(6)}  0 ${gigabytes(disk.size).padStart(5)}  0 disk`,
    )
    for (const [index, partition] of disk.partitions.entries()) {
      const name = `${index === disk.partitions.length - 1 ? '└─' : '├─'}${partition.name}`
      const point = shownMountPoint(machine, partition)
      rows.push(
        (withFileSystems
          ? `${name.padEnd(7)}${partition.type.padEnd(7)}${partition.uuid.padEnd(37)}${point}`
          : `${name.padEnd(7)}${partition.numbers.padStart(6)}  0 ${gigabytes(partition.size).padStart(5)}  0 part ${point}`
        ).trimEnd(),
      )
    }
  }
  return { out: `${rows.join('\n')}\n` }
}

const blkid: Command = ({ machine }) => ({
  out: machine.disks
    .flatMap((disk) => disk.partitions)
    .map(({ name, uuid, type }) => `/dev/${name}: UUID="${uuid}"${type === 'ext4' ? ' BLOCK_SIZE="4096"' : ''} TYPE="${type}"\n`)
    .join(''),
})

const df: Command = ({ machine }) => {
  const rows = ['Filesystem      Size  Used Avail Use% Mounted on']
  for (const [point, { partition }] of machine.mounts) {
    const used = partition.size > 4096 ? 4300 : 1380
    const percent = Math.ceil((used / partition.size) * 100)
    rows.push(
      `${`/dev/${partition.name}`.padEnd(15)}${gigabytes(partition.size).padStart(5)}${gigabytes(used).padStart(6)}${gigabytes(partition.size - used).padStart(6)}${`${percent}%`.padStart(5)} ${point}`,
    )
  }
  return { out: `${rows.join('\n')}\n` }
}

const fdisk: Command = ({ machine, words }) => {
  if (!words.includes('-l')) return problem('fdisk: only -l works on the practice server')
  let out = ''
  for (const disk of machine.disks) {
    out += `${out ? '\n' : ''}Disk /dev/${disk.name}: ${gigabytes(disk.size).replace('G', ' GiB')}, ${disk.size * 1_048_576} bytes, ${disk.size * 2048} sectors\nDisklabel type: gpt\n\nDevice     Size Type\n`
    for (const { name, size, type } of disk.partitions)
      out += `/dev/${name} ${gigabytes(size).padStart(5)} Linux ${type === 'swap' ? 'swap' : 'filesystem'}\n`
  }
  return { out }
}

function mount({ machine, login, words }: CommandContext): CommandResult {
  const readOnly = words.includes('-r') || words.includes('ro') || words.includes('-oro')
  const wanted = words.slice(1).filter((word, index, all) => !word.startsWith('-') && all[index - 1] !== '-o' && all[index - 1] !== '-t')
  if (wanted.length === 0) {
    let out = ''
    for (const [point, { partition, readOnly: ro }] of machine.mounts)
      out += `/dev/${partition.name} on ${point} type ext4 (${ro ? 'ro' : 'rw'},relatime)\n`
    return { out }
  }
  const [device, target] = wanted
  if (!target) return problem(`mount: ${device}: can't find in /etc/fstab.`)
  const partition = findPartition(machine, device!)
  const { node, path } = locate(machine, login, target)
  if (node?.kind !== 'directory') return problem(`mount: ${target}: mount point does not exist.`, 32)
  if (!partition) return problem(`mount: ${target}: special device ${device} does not exist.`, 32)
  if (partition.type === 'swap') return problem(`mount: ${target}: unknown filesystem type 'swap'.`, 32)
  const already = mountPointsOf(machine, partition)[0]
  if (already) return problem(`mount: ${target}: /dev/${partition.name} already mounted on ${already}.`, 32)
  machine.mounts.set(path, { partition, readOnly })
  return {}
}

function umount({ machine, login, words }: CommandContext): CommandResult {
  const wanted = words.slice(1).find((word) => !word.startsWith('-'))
  if (!wanted) return problem('umount: bad usage', 16)
  const partition = findPartition(machine, wanted)
  const point = partition ? mountPointsOf(machine, partition)[0] : locate(machine, login, wanted).path
  if (!point || !machine.mounts.has(point)) return problem(`umount: ${wanted}: not mounted.`, 32)
  const inside = (path: string) => path === point || path.startsWith(`${point}/`) || point === '/'
  const busy = [...machine.logins].some((one) => inside(locate(machine, one, one.cwd).path) || (one.root !== '/' && inside(one.root)))
  if (busy) return problem(`umount: ${point}: target is busy.`, 32)
  machine.mounts.delete(point)
  return {}
}

export const diskCommands: Record<string, Command> = { lsblk, blkid, df, fdisk, mount, umount, lsof: fuser, fuser }

function fuser({ machine }: CommandContext): CommandResult {
  const places = [...machine.logins].map((login) => locate(machine, login, login.cwd).path)
  return { out: `COMMAND  USER  FD   TYPE NAME\n${places.map((place) => `bash     root  cwd  DIR  ${place}\n`).join('')}` }
}
