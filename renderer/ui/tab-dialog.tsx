/**
 * A question of one tab: it covers that tab only, and other tabs stay usable. Focus starts on the element with `data-autofocus`
 * (the safe button), unless a person is typing elsewhere: a terminal or field outside this tab keeps it. What it covers is inert
 * (tabs/session-view.tsx); coming back to the tab focuses `data-autofocus` again.
 */
import { type ReactNode, useEffect, useId, useRef } from 'react'

export interface TabDialogProps {
  /** Gets the id that names the dialog: put it on the heading. */
  children: (titleId: string) => ReactNode
  /** Escape does what the safe button does. */
  onEscape: () => void
  /** Red frame: refusal and alarm. */
  alarm?: boolean
  width?: number
}

export function TabDialog({ children, onEscape, alarm, width }: TabDialogProps) {
  const titleId = useId()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const { activeElement } = document
    const typingElsewhere = activeElement?.matches('input, textarea') && !box.current?.closest('.rt-tab-body')?.contains(activeElement)
    if (!typingElsewhere) box.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
  }, [])
  return (
    <div className="rt-scrim">
      <div
        ref={box}
        className={alarm ? 'rt-dialog rt-dialog-alarm' : 'rt-dialog'}
        style={width ? { width } : {}}
        role="dialog"
        aria-labelledby={titleId}
        tabIndex={-1}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.defaultPrevented) return
          event.stopPropagation()
          onEscape()
        }}
      >
        {children(titleId)}
      </div>
    </div>
  )
}
