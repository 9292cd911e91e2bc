import { useEffect, useState } from 'react'
import { useT } from './i18n.js'
import { useCoreUp } from './state.js'

/** Before the core has spoken: nothing for a moment, then a word, so that a quick start does not flicker. */
export function Starting() {
  const t = useT()
  const coreUp = useCoreUp()
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 800)
    return () => clearTimeout(timer)
  }, [])
  if (!late) return null
  return (
    <main className="rt-page rt-dim" role="status">
      {t(coreUp ? 'common.core.starting' : 'common.core.down')}
    </main>
  )
}
