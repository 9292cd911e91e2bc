/** Times, durations and numbers in the language on screen. Pure functions take the language; `useFormat` binds it. */
import { useEffect, useState } from 'react'
import { type Language, useLanguage } from '../i18n.js'

/** `02:14` */
export const formatTime = (iso: string, language: Language, o: { seconds?: boolean } = {}) =>
  new Intl.DateTimeFormat(language === 'fr' ? 'fr' : 'en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(o.seconds ? { second: '2-digit' } : {}),
  }).format(new Date(iso))

/** `2026-11-24`, the same everywhere: it is read beside file names and logs. */
export function formatDate(iso: string) {
  const date = new Date(iso)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Calendar days between two moments, in local time. */
export function daysBetween(from: Date, to: Date) {
  const day = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000
  return day(to) - day(from)
}

/** A running clock: `0:07`, `12:34`, `1:02:03`. */
export function formatClock(ms: number) {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** How long something has lasted, for people: `< 1 min`, `48 min`, `1 h 57`, `3 d 4 h` (`3 j 4 h`). No-break spaces. */
export function formatDuration(ms: number, language: Language) {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 1) return '<\u00a01\u00a0min'
  if (minutes < 60) return `${minutes}\u00a0min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours}\u00a0h\u00a0${String(minutes % 60).padStart(2, '0')}`
  return `${Math.floor(hours / 24)}\u00a0${language === 'fr' ? 'j' : 'd'}\u00a0${hours % 24}\u00a0h`
}

export function useFormat() {
  const language = useLanguage()
  return {
    time: (iso: string, o?: { seconds?: boolean }) => formatTime(iso, language, o),
    date: formatDate,
    duration: (ms: number) => formatDuration(ms, language),
    clock: formatClock,
    number: (n: number) => new Intl.NumberFormat(language).format(n),
    /** A measured one: its further digits are noise. */
    measured: (n: number) => new Intl.NumberFormat(language, { maximumSignificantDigits: 2 }).format(n),
  }
}

/** The present, renewed every `ms` milliseconds while the component is on screen. */
export function useNow(ms: number): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), ms)
    return () => clearInterval(timer)
  }, [ms])
  return now
}
