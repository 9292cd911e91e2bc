import type { ReactNode } from 'react'
import type { WatchState } from '../../shared/intervention.js'
import { useT } from '../i18n.js'
import { useFormat } from '../ui/format.js'
import { axis, bars, chartRows, rowOf } from './chart.js'

const left = 180
const right = 580
const rowHeight = 40
const bottom = chartRows.length * rowHeight
/** Narrower and a short answer could not be seen. */
const minBar = 2
/** Closer than this the label of the present would run into that of the axis. */
const labelRoom = 36

const fills = {
  'known-key': 'var(--rt-accent-edge)',
  'rescue-key': 'var(--rt-rescue-frame)',
  'port-open': 'var(--mantine-color-bright)',
  nothing: 'var(--rt-bar-quiet)',
}

const names = { 'other-key': 'rescue.wait.row.other-key', another: 'enter.another' } as const

interface ChartProps {
  watch: Pick<WatchState, 'startedAt' | 'changes' | 'answer'>
  now: Date
  /**
   * Whose key is waited for. `another`: any but the known ones, on the way into rescue; the rescue's row is its. `other-key`: any but the
   * rescue's, on the way back of a server that no file knew.
   */
  awaited: 'known-key' | 'other-key' | 'another'
}

/** The same as the list below it, as a picture. */
export function AnswerChart({ watch, now, awaited }: ChartProps) {
  const t = useT()
  const format = useFormat()
  const elapsed = Math.max(0, now.getTime() - new Date(watch.startedAt).getTime())
  const { end, ticks } = axis(elapsed)
  const x = (ms: number) => left + (Math.min(ms, end) / end) * (right - left)
  const all = bars(watch, now.getTime())
  const present = x(elapsed)
  const awaitedRow = awaited === 'another' ? 'rescue-key' : 'known-key'
  const answerRow = watch.answer && rowOf(watch.answer)
  return (
    <svg className="rt-chart" viewBox="0 -6 600 190" role="img" aria-label={t('rescue.wait.chart')}>
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="rt-chart-line" x1={x(tick)} x2={x(tick)} y1={0} y2={bottom} />
          {Math.abs(x(tick) - present) > labelRoom && (
            <text className="rt-chart-time" x={x(tick)} y={bottom + 18} textAnchor="middle">
              {format.clock(tick)}
            </text>
          )}
        </g>
      ))}
      {chartRows.map((row, index) => {
        const middle = index * rowHeight + rowHeight / 2
        const current = answerRow === row
        return (
          <g key={row}>
            <line className="rt-chart-line" x1={0} x2={right} y1={(index + 1) * rowHeight} y2={(index + 1) * rowHeight} />
            <RowSign row={row} y={middle} awaited={row === awaitedRow} />
            <text
              className={current || (awaited !== 'another' && row === 'known-key') ? 'rt-chart-name rt-chart-now' : 'rt-chart-name'}
              x={26}
              y={middle + 4.5}
            >
              {t(row === awaitedRow && awaited !== 'known-key' ? names[awaited] : `rescue.wait.row.${row}`)}
            </text>
            {all
              .filter(({ answer }) => answer === row)
              .map(({ from, to }) => (
                <rect key={from} x={x(from)} y={middle - 6} width={Math.max(minBar, x(to) - x(from))} height={12} fill={fills[row]} />
              ))}
          </g>
        )
      })}
      <path
        className={awaited === 'another' ? 'rt-chart-awaited rt-chart-rescue' : 'rt-chart-awaited'}
        d={`M${present} ${chartRows.indexOf(awaitedRow) * rowHeight + rowHeight / 2}H${right}`}
      />
      <line className="rt-chart-present" x1={present} x2={present} y1={-4} y2={bottom} />
      <text className="rt-chart-time rt-chart-now" x={present} y={bottom + 18} textAnchor="middle">
        {format.clock(elapsed)}
      </text>
    </svg>
  )
}

function RowSign({ row, y, awaited }: { row: (typeof chartRows)[number]; y: number; awaited: boolean }): ReactNode {
  switch (row) {
    case 'known-key':
      if (!awaited) return <circle cx={9} cy={y} r={5} fill="var(--mantine-color-anchor)" />
      return <circle cx={9} cy={y} r={5} fill="none" stroke="var(--mantine-color-anchor)" strokeWidth={2} strokeDasharray="2.5 2" />
    case 'rescue-key':
      if (awaited) return <circle className="rt-chart-rescue" cx={9} cy={y} r={6} fill="none" strokeWidth={2} strokeDasharray="2.5 2" />
      return (
        <g className="rt-gl-rescue">
          <circle cx={9} cy={y} r={6} fill="none" stroke="currentColor" strokeWidth={2} />
          <path d={`M9 ${y - 6}a6 6 0 0 0 0 12z`} fill="currentColor" />
        </g>
      )
    case 'port-open':
      return <circle cx={9} cy={y} r={5} fill="none" stroke="var(--mantine-color-text)" strokeWidth={2} />
    case 'nothing':
      return <path d={`M4 ${y}h10`} stroke="var(--mantine-color-dimmed)" strokeWidth={2} />
  }
}
