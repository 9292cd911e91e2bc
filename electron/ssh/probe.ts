import { proveHostKey } from './connect.js'

export type ProbeOutcome = { kind: 'nothing' } | { kind: 'port-open' } | { kind: 'key'; blob: Buffer }

// A machine that boots answers late or not at all; the next look is only seconds away.
const PROBE_MS = 8000

/**
 * Which key answers now? Key exchange only; the key counts once the server has proven that it holds it. No user name is sent.
 * `nothing`: no TCP connection; `port-open`: something accepts connections but has shown no key yet. Rejects only when `signal` aborts.
 */
export async function probeHostKey(target: {
  host: string
  port: number
  hostKeyAlgorithms: string[]
  signal: AbortSignal
}): Promise<ProbeOutcome> {
  target.signal.throwIfAborted()
  const limit = new AbortController()
  const abort = () => limit.abort()
  const timer = setTimeout(abort, PROBE_MS)
  target.signal.addEventListener('abort', abort, { once: true })
  let isOpen = false
  try {
    const outcome = await proveHostKey(target, {
      hostKeyAlgorithms: target.hostKeyAlgorithms,
      signal: limit.signal,
      onStage(stage) {
        if (stage === 'banner') isOpen = true
      },
    })
    target.signal.throwIfAborted()
    if (outcome.kind === 'proven') return { kind: 'key', blob: outcome.blob }
    return { kind: isOpen ? 'port-open' : 'nothing' }
  } finally {
    clearTimeout(timer)
    target.signal.removeEventListener('abort', abort)
  }
}
