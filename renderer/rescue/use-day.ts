import { useT } from '../i18n.js'
import { daysBetween, useFormat } from '../ui/format.js'

/** `today 03:04`, `tomorrow 03:04`, else the date and the time. */
export function useDay() {
  const t = useT()
  const format = useFormat()
  return (iso: string) => {
    const days = daysBetween(new Date(), new Date(iso))
    const time = format.time(iso)
    if (days === 0) return t('rescue.day.today', { time })
    return days === 1 ? t('rescue.day.tomorrow', { time }) : `${format.date(iso)} ${time}`
  }
}
