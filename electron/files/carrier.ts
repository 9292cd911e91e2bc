/** Carries transfers over one connection, whoever's it is: the worker thread's own, or the one the terminals use. */
import type { SshConnection } from '../ssh/connect.js'
import type { Sftp } from '../ssh/sftp.js'
import { blockingLocalFiles, localFiles } from './local-files.js'
import { createServerFiles } from './server-files.js'
import { runTransfer, type TransferHost, type TransferJob, type TransferResult } from './transfer.js'
import { createWindow } from './window.js'

export type Direction = 'download' | 'upload'
export type CarrierHost = Pick<TransferHost, 'signal' | 'onProgress' | 'onCheckpoint' | 'ask'>

export interface Carrier {
  readonly sharesConnection: boolean
  /** One at a time. @throws as `runTransfer`. */
  run(job: TransferJob, direction: Direction, host: CarrierHost): Promise<TransferResult>
  end(): void
}

// 16 MiB under way: 2.6 Gbit/s at 50 ms. The page and the terminals have their own connection, nothing waits behind it.
const FAR_BYTES = 16 * 1024 * 1024
// Near, more only overruns the socket's buffers: each time the kernel then waits 200 ms before it sends again.
const NEAR_BYTES = 4 * 1024 * 1024
// What the fastest links deliver that this side can decrypt.
const BYTES_PER_MS = 400_000
// On the terminals' connection an echo waits behind what is under way: 256 KiB cost 2 ms at 10 MB/s where 2 MiB cost 130.
const SHARED_BYTES = 256 * 1024

type FilesConnection = Pick<SshConnection, 'openSftp' | 'measureLatency'>

/** @param sharesConnection with terminals, in their thread; otherwise both are its own. */
export async function openCarrier(connection: FilesConnection, sharesConnection: boolean): Promise<Carrier> {
  const inFlight = sharesConnection ? SHARED_BYTES : await usefulBytes(connection)
  const opened: Sftp[] = []
  const openLane = async () => {
    const sftp = await connection.openSftp(sharesConnection ? {} : { window: inFlight })
    opened.push(sftp)
    return sftp
  }
  const server = createServerFiles(await openLane(), sharesConnection ? { inFlight } : { inFlight, openLane })
  const local = sharesConnection ? localFiles : blockingLocalFiles
  const window = createWindow(inFlight)
  return {
    sharesConnection,
    run(job, direction, host) {
      const [source, target] = direction === 'download' ? [server, local] : [local, server]
      return runTransfer(job, { ...host, source, target, window, platform: process.platform })
    },
    end() {
      for (const sftp of opened) sftp.end()
    },
  }
}

async function usefulBytes(connection: FilesConnection): Promise<number> {
  const times = [await connection.measureLatency(), await connection.measureLatency()]
  return Math.round(Math.min(FAR_BYTES, Math.max(NEAR_BYTES, Math.min(...times) * BYTES_PER_MS)))
}
