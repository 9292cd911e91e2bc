import type { SpeedResult } from '../../shared/speed.js'
import { useT } from '../i18n.js'
import { useFormat } from '../ui/format.js'
import { placeOf, shareTicks } from './speed.js'

const width = 588
const top = 26
const bottom = 202
/** Under this share a bucket is a trace: grey, and just visible. */
const trace = 0.005
/** Two labels closer than this would run into each other: the second stands lower. */
const labelHeight = 34

/** Shares of reads by latency, with the two percentiles that decide (07). */
export function LatencyChart({ read }: { read: NonNullable<SpeedResult['randomRead']> }) {
  const t = useT()
  const format = useFormat()
  const { histogram, latency } = read
  if (!latency || histogram.length === 0) return <p className="rt-dim">{t('speed.noLatency')}</p>
  const ticks = shareTicks(histogram)
  const y = (share: number) => bottom - (share / ticks.at(-1)!) * (bottom - top)
  const room = width / histogram.length
  const marks = [
    { at: latency.p50, words: t('speed.p50', { v: format.measured(latency.p50) }), label: 14 },
    { at: latency.p99, words: t('speed.p99', { v: format.measured(latency.p99) }), label: 14 + labelHeight },
  ]
  return (
    <svg
      className="rt-chart rt-latency"
      viewBox={`0 0 ${width} 240`}
      role="img"
      aria-label={t('speed.chart', { p50: format.measured(latency.p50), p99: format.measured(latency.p99) })}
    >
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="rt-chart-line" x1={0} x2={width} y1={y(tick)} y2={y(tick)} />
          <text className="rt-chart-time" x={width} y={y(tick) - 4} textAnchor="end">
            {Math.round(tick * 100)} %
          </text>
        </g>
      ))}
      <line className="rt-chart-line" x1={0} x2={width} y1={bottom} y2={bottom} />
      {histogram.map(({ ms, share }, index) => (
        <g key={ms}>
          {share > 0 && (
            <rect
              x={index * room + 2}
              y={Math.min(y(share), bottom - 2)}
              width={room - 4}
              height={Math.max(2, bottom - y(share))}
              className={share < trace ? 'rt-latency-trace' : 'rt-latency-bar'}
            />
          )}
          <text className="rt-chart-time" x={(index + 0.5) * room} y={bottom + 16} textAnchor="middle">
            {format.number(ms)}
          </text>
        </g>
      ))}
      <text className="rt-chart-time" x={width} y={bottom + 36} textAnchor="end">
        {t('speed.axis')}
      </text>
      {marks.map(({ at, words, label }) => {
        const x = placeOf(at, histogram) * room
        const isRight = x > width / 2
        return (
          <g key={label}>
            <line className="rt-chart-present" x1={x} x2={x} y1={label - 10} y2={bottom} />
            <text className="rt-latency-label" x={isRight ? x - 5 : x + 5} y={label} textAnchor={isRight ? 'end' : 'start'}>
              {words}
            </text>
          </g>
        )
      })}
    </svg>
  )
}
