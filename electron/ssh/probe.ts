export type ProbeOutcome = { kind: 'nothing' } | { kind: 'port-open' } | { kind: 'key'; blob: Buffer }

export async function probeHostKey(_target: {
  host: string
  port: number
  hostKeyAlgorithms: string[]
  signal: AbortSignal
}): Promise<ProbeOutcome> {
  throw new Error('being built')
}
