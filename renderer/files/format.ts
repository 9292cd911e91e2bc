/** Sizes and durations of the files view, in the language on screen. Pure. */
import type { Language, Translate } from '../i18n.js'

const units = { en: ['B', 'kB', 'MB', 'GB', 'TB'], fr: ['o', 'ko', 'Mo', 'Go', 'To'] } as const

const unitOf = (bytes: number) => Math.min(4, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
const scaled = (bytes: number, unit: number, language: Language) => {
  const value = bytes / 1000 ** unit
  return new Intl.NumberFormat(language, { maximumFractionDigits: unit === 0 || value >= 100 ? 0 : 1 }).format(value)
}

/** `271 B`, `1.8 MB`; powers of 1000, as disks are sold. No-break space. */
export function formatBytes(bytes: number, language: Language): string {
  const unit = unitOf(bytes)
  return `${scaled(bytes, unit, language)}\u00a0${units[language][unit]}`
}

/** `3.7 of 5.9 GB`: the unit once. */
export function formatBytesOf(done: number, total: number, language: Language, t: Translate): string {
  return t('files.of', { done: scaled(done, unitOf(total), language), total: formatBytes(total, language) })
}

/** `1:18` in a row. */
export function formatLeftShort(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** `1 min 31 s` where there is room. */
export function formatLeft(seconds: number, t: Translate): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return t('files.left.seconds', { s: whole })
  if (whole < 3600) return t('files.left.minutes', { m: Math.floor(whole / 60), s: whole % 60 })
  return t('files.left.hours', { h: Math.floor(whole / 3600), m: Math.floor(whole / 60) % 60 })
}

/** The time of today, else the date. */
export function formatChanged(mtime: number, now: Date): string {
  const date = new Date(mtime * 1000)
  const two = (n: number) => String(n).padStart(2, '0')
  if (date.toDateString() === now.toDateString()) return `${two(date.getHours())}:${two(date.getMinutes())}`
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
