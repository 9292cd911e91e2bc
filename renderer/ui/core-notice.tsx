import { useEffect, useState } from 'react'
import { useT } from '../i18n.js'
import { useCoreUp } from '../state.js'

/** A restart of the core takes a moment and its tabs say so themselves; this line is for one that takes longer. */
const quietMs = 1500

export function CoreNotice() {
  const t = useT()
  const coreUp = useCoreUp()
  const [late, setLate] = useState(false)
  useEffect(() => {
    setLate(false)
    if (coreUp) return
    const timer = setTimeout(() => setLate(true), quietMs)
    return () => clearTimeout(timer)
  }, [coreUp])
  return (
    <div role="status" className={late ? 'rt-core-notice' : ''}>
      {late && t('common.core.down')}
    </div>
  )
}
