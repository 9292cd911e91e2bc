/** Opens one encrypted key and ends; see private-key.ts. */
import { parentPort, workerData } from 'node:worker_threads'
import { openKey } from './private-key-format.js'

const { bytes, passphrase } = workerData as { bytes: Uint8Array; passphrase: Uint8Array }
const opened = openKey(bytes, passphrase)
passphrase.fill(0)
parentPort?.postMessage(opened, opened.kind === 'opened' ? [opened.pem.buffer as ArrayBuffer] : [])
