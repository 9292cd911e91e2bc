/** A measurement beside its peer, its goals, and the table of them all. */
export interface BenchRow {
  name: string
  unit: 'ms' | 'MB/s' | 'MB'
  ours: number
  /** What it is held against, measured in the same run, in the same unit. */
  peer?: { name: string; value: number }
  goals: Goal[]
}

/** `ratio` is ours by the peer's. */
export type Goal = { of: 'ours' | 'ratio'; kind: 'at-most' | 'at-least'; limit: number }

export const atMost = (limit: number): Goal => ({ of: 'ours', kind: 'at-most', limit })
export const ratioAtMost = (limit: number): Goal => ({ of: 'ratio', kind: 'at-most', limit })
export const ratioAtLeast = (limit: number): Goal => ({ of: 'ratio', kind: 'at-least', limit })

export const tableHead = '| what | ours | peer | ratio | goal | |\n|---|---|---|---|---|---|\n'

export function tableLine(row: BenchRow): string {
  const { name, unit, ours, peer, goals } = row
  const amount = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`
  const wanted = goals.map(({ of, kind, limit }) => `${kind === 'at-most' ? '≤' : '≥'} ${limit}${of === 'ratio' ? '×' : ` ${unit}`}`)
  const verdict = goals.length === 0 ? '–' : goals.every((goal) => isReached(row, goal)) ? 'reached' : 'missed'
  const cells = [name, amount(ours), peer ? `${amount(peer.value)} ${peer.name}` : '–', peer ? `${(ours / peer.value).toFixed(2)}×` : '–']
  return `| ${[...cells, wanted.join(' and ') || '–', verdict].join(' | ')} |\n`
}

function isReached({ ours, peer }: BenchRow, { of, kind, limit }: Goal): boolean {
  const value = of === 'ours' ? ours : peer ? ours / peer.value : Number.NaN
  return kind === 'at-most' ? value <= limit : value >= limit
}

/** The value that the share `p` of all is not above. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]
  if (value === undefined) throw new Error('nothing was measured')
  return value
}

export const median = (values: readonly number[]) => percentile(values, 0.5)
