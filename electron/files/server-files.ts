/**
 * A server's files over SFTP. The protocol tells missing and denied apart and calls the rest "failure"; a second look (does it exist?
 * is the disk full or read-only?) finds the reason. Writing spreads over several channels once one is full: sshd lets 2 MiB per
 * channel be under way, which is all a distant server would ever get otherwise.
 */
import { randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { AppError } from '../../shared/app-error.js'
import { stripServerLine } from '../../shared/server-text.js'
import type { Sftp } from '../ssh/sftp.js'
import { type SftpAttributes, SftpFailure, sftpOpen, sftpStatus } from '../ssh/sftp-packets.js'
import { type FileInfo, type FileSystem, type FoundFile, isName, kindOf, type OpenFile } from './file-system.js'

export interface ServerFilesOptions {
  /** Bytes that may be under way. */
  inFlight: number
  /** Another channel of the same connection, for writing faster; refused by some servers (MaxSessions). */
  openLane?: () => Promise<Sftp>
}

// sshd's channel window of 2 MiB, less what a grant on its way may lag behind.
const LANE_BYTES = 1.5 * 1024 * 1024
// sshd's MaxSessions is 10, and terminals want some.
const MAX_LANES = 6
// The path of a link's end is asked for these many links at once.
const LINKS_AT_ONCE = 64

export function createServerFiles(sftp: Sftp, o: ServerFilesOptions): FileSystem {
  const lanes: Lane[] = [{ sftp, inFlight: 0 }]
  let opening = 0
  let maxLanes = o.openLane ? MAX_LANES : 1

  async function telling<T>(file: string, work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (error instanceof SftpFailure) throw await explain(file, error)
      throw error
    }
  }

  async function explain(file: string, { status, message }: SftpFailure): Promise<AppError> {
    if (status === sftpStatus.noSuchFile) return new AppError('path-missing', { file }, message)
    if (status === sftpStatus.permissionDenied) return new AppError('path-denied', { file }, message)
    if (status === sftpStatus.failure) {
      const room = (await space(file)) ?? (await space(posix.dirname(file)))
      if (room?.readOnly) return new AppError('path-read-only', { file }, message)
      if (room && room.freeBytes < 1024 * 1024) return new AppError('path-no-space', { file }, message)
    }
    return new AppError('path-failed', { file }, stripServerLine(message))
  }

  async function space(file: string) {
    if (!sftp.has('statvfs@openssh.com')) return undefined
    return sftp.statvfs(file).catch(() => undefined)
  }

  const isThere = (file: string) =>
    sftp.lstat(file).then(
      () => true,
      () => false,
    )

  /** The emptiest lane. As many more are opened as what is under way would fill: each takes four round trips to come. */
  function chooseLane(): Lane {
    const best = lanes.reduce((a, b) => (b.inFlight < a.inFlight ? b : a))
    const wanted = Math.ceil(lanes.reduce((sum, { inFlight }) => sum + inFlight, 0) / LANE_BYTES)
    while (o.openLane && lanes.length + opening < Math.min(wanted, maxLanes)) {
      opening++
      o.openLane()
        .then(
          (more) => void lanes.push({ sftp: more, inFlight: 0 }),
          () => {
            maxLanes = lanes.length
          },
        )
        .finally(() => opening--)
    }
    return best
  }

  function wrap(file: string, handle: Buffer, flags: number): OpenFile {
    const handles = new Map<Lane, Promise<Buffer>>([[lanes[0]!, Promise.resolve(handle)]])
    const handleIn = (lane: Lane) => {
      const known = handles.get(lane)
      if (known) return known
      const opened = lane.sftp.open(file, flags & ~(sftpOpen.create | sftpOpen.exclusive))
      handles.set(lane, opened)
      return opened
    }
    return {
      info: async () => toInfo(await telling(file, sftp.fstat(handle))),
      read: (position, into) => telling(file, sftp.read(handle, position, into)),
      async write(position, bytes) {
        const lane = chooseLane()
        lane.inFlight += bytes.length
        try {
          await telling(
            file,
            handleIn(lane).then((own) => lane.sftp.write(own, position, bytes)),
          )
        } finally {
          lane.inFlight -= bytes.length
        }
      },
      truncate: (size) => telling(file, sftp.fsetstat(handle, { size })),
      async sync() {
        if (sftp.has('fsync@openssh.com')) await telling(file, sftp.fsync(handle))
      },
      async close() {
        await telling(file, Promise.all([...handles].map(async ([lane, own]) => lane.sftp.close(await own))))
      },
    }
  }

  const files: FileSystem = {
    side: 'server',
    chunk: Math.min(sftp.maxRead, sftp.maxWrite, Math.max(32 * 1024, o.inFlight / 8)),
    inFlight: o.inFlight,
    join: (directory, name) => posix.join(directory, name),
    parent: (file) => posix.dirname(file),
    baseName: (file) => posix.basename(file),
    home: () => telling('.', sftp.realpath('.')),
    resolve: (file) => telling(file, sftp.realpath(file)),
    async *list(directory, { targets, signal }) {
      const handle = await telling(directory, sftp.opendir(directory))
      const seen = new Set<string>()
      let refused = 0
      try {
        // Two pages on the way at a time: the server works while the last one is looked at.
        let next = sftp.readdir(handle)
        next.catch(() => {})
        for (;;) {
          signal.throwIfAborted()
          const page = await telling(directory, next)
          if (!page) return { refused }
          next = sftp.readdir(handle)
          next.catch(() => {})
          const found: FoundFile[] = []
          for (const { name, ...attributes } of page) {
            if (name === '.' || name === '..') continue
            if (!isName(name) || seen.has(name)) refused++
            else found.push({ name, ...toInfo(attributes) })
            seen.add(name)
          }
          if (targets) await findTargets(directory, found)
          yield found
        }
      } finally {
        sftp.close(handle).catch(() => {})
      }
    },
    info: async (file) => toInfo(await telling(file, sftp.lstat(file))),
    target: async (file) => toInfo(await telling(file, sftp.stat(file))),
    openForReading: async (file) => wrap(file, await telling(file, sftp.open(file, sftpOpen.read)), sftpOpen.read),
    async openForWriting(file, how, mode) {
      const flags = sftpOpen.read | sftpOpen.write | (how === 'create' ? sftpOpen.create | sftpOpen.exclusive : 0)
      try {
        return wrap(file, await sftp.open(file, flags, how === 'create' ? { mode } : {}), flags)
      } catch (error) {
        if (!(error instanceof SftpFailure)) throw error
        if (how === 'create' && error.status === sftpStatus.failure && (await isThere(file))) throw new AppError('path-exists', { file })
        throw await explain(file, error)
      }
    },
    async makeDirectory(file, mode) {
      try {
        await sftp.mkdir(file, mode)
      } catch (error) {
        if (error instanceof SftpFailure && error.status === sftpStatus.failure && (await isThere(file)))
          throw new AppError('path-exists', { file })
        throw error instanceof SftpFailure ? await explain(file, error) : error
      }
    },
    removeFile: (file) => telling(file, sftp.remove(file)),
    async removeDirectory(file) {
      try {
        await sftp.rmdir(file)
      } catch (error) {
        if (!(error instanceof SftpFailure)) throw error
        const reason = await explain(file, error)
        throw reason.code === 'path-failed' ? new AppError('path-not-empty', { file }, reason.detail) : reason
      }
    },
    async rename(from, to, replace) {
      try {
        if (!replace) await sftp.rename(from, to)
        else if (sftp.has('posix-rename@openssh.com')) await sftp.posixRename(from, to)
        else await exchange(from, to)
      } catch (error) {
        if (!(error instanceof SftpFailure)) throw error
        if (!replace && error.status === sftpStatus.failure && (await isThere(to))) throw new AppError('path-exists', { file: to })
        throw await explain(error.status === sftpStatus.noSuchFile ? from : to, error)
      }
    },
    readLink: (file) => telling(file, sftp.readlink(file)),
    makeLink: (target, file) => telling(file, sftp.symlink(target, file)),
    setMode: (file, mode) => telling(file, sftp.setstat(file, { mode })),
    setOwner: (file, uid, gid) => telling(file, sftp.setstat(file, { uid, gid })),
    setTime: (file, mtime) => telling(file, sftp.setstat(file, { mtime })),
    space,
  }

  /** Without the extension nothing replaces in one step: the old file has another name until the new one is there. */
  async function exchange(from: string, to: string) {
    if (!(await isThere(to))) return sftp.rename(from, to)
    const aside = `${to}.${randomBytes(4).toString('hex')}.old`
    await sftp.rename(to, aside)
    try {
      await sftp.rename(from, to)
    } catch (error) {
      await sftp.rename(aside, to).catch(() => {
        throw new AppError('path-failed', { file: to }, `the old file is now ${stripServerLine(posix.basename(aside), 300)}`)
      })
      throw error
    }
    // The new one is there: what is left of the old is no failure.
    await sftp.remove(aside).catch(() => {})
  }

  async function findTargets(directory: string, found: FoundFile[]) {
    const links = found.filter(({ kind }) => kind === 'link')
    for (let at = 0; at < links.length; at += LINKS_AT_ONCE) {
      await Promise.all(
        links.slice(at, at + LINKS_AT_ONCE).map(async (link) => {
          const end = await sftp.stat(posix.join(directory, link.name)).catch(() => undefined)
          const kind = end?.mode === undefined ? undefined : kindOf(end.mode)
          if (kind && kind !== 'link') link.target = kind
        }),
      )
    }
  }
  return files
}

interface Lane {
  sftp: Sftp
  inFlight: number
}

const toInfo = ({ size = 0, mtime = 0, mode = 0o100000, uid = 0, gid = 0 }: SftpAttributes): FileInfo => ({
  kind: kindOf(mode),
  size,
  mtime,
  mode: mode & 0o7777,
  uid,
  gid,
})
