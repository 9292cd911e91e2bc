/**
 * A question of one tab: it covers that tab only, and other tabs stay usable. Focus starts on the element with `data-autofocus`
 * (the safe button), again for each `page`, unless a person is typing elsewhere: a terminal or field outside this tab keeps it.
 * Tab stays inside; the keys of the window (next region, next tab) lead out. What it covers is inert (tabs/tab-body.tsx); coming
 * back to the tab focuses `data-autofocus` again.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import { focusable } from '../tabs/focus.js'

export interface TabDialogProps {
  /** Gets the id that names the dialog: put it on the heading. */
  children: (titleId: string) => ReactNode
  /** Escape does what the safe button does. */
  onEscape: () => void
  /** What the dialog shows now: another value is another page, and focus starts anew. */
  page?: string
  /** Red frame: refusal and alarm. */
  alarm?: boolean
  width?: number
}

export function TabDialog({ children, onEscape, page, alarm, width }: TabDialogProps) {
  const titleId = useId()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const { activeElement } = document
    const typingElsewhere = activeElement?.matches('input, textarea') && !box.current?.closest('.rt-tab-body')?.contains(activeElement)
    if (!typingElsewhere) box.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
  }, [page])

  function onKeyDown(event: KeyboardEvent) {
    if (event.defaultPrevented) return
    if (event.key === 'Escape') {
      event.stopPropagation()
      onEscape()
    } else if (event.key === 'Tab' && !event.ctrlKey && !event.altKey && !event.metaKey) keepInside(event)
  }

  function keepInside(event: KeyboardEvent) {
    const all = [...(box.current?.querySelectorAll<HTMLElement>(focusable) ?? [])].filter((one) => one.offsetParent !== null)
    const last = event.shiftKey ? all[0] : all.at(-1)
    const next = event.shiftKey ? all.at(-1) : all[0]
    const { activeElement } = document
    // The heading and the frame come before everything.
    const isAtEdge = activeElement === last || (event.shiftKey && !all.includes(activeElement as HTMLElement))
    if (!isAtEdge || !next) return
    event.preventDefault()
    next.focus()
  }

  return (
    <div className="rt-scrim">
      <div
        ref={box}
        className={alarm ? 'rt-dialog rt-dialog-alarm' : 'rt-dialog'}
        style={width ? { width } : {}}
        role="alertdialog"
        aria-labelledby={titleId}
        tabIndex={-1}
        onKeyDown={onKeyDown}
      >
        {children(titleId)}
      </div>
    </div>
  )
}
