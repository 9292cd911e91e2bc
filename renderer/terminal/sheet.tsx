import { type ReactNode, useEffect, useId, useRef } from 'react'

interface SheetProps {
  icon: ReactNode
  title: string
  text?: ReactNode
  /** A question is a dialog that takes the focus and closes with Escape; a state is said once. */
  question?: boolean
  /** The focus may go to the safe button: nobody types elsewhere. */
  mayFocus?: () => boolean
  onEscape?: () => void
  children?: ReactNode
}

/** A question or a state of one tab, between its terminal and its status line, inside the frame. No scrim: the scrollback can be read and copied. */
export function Sheet({ icon, title, text, question, mayFocus, onEscape, children }: SheetProps) {
  const titleId = useId()
  const box = useRef<HTMLDivElement>(null)
  const wantsFocus = useRef(mayFocus)
  useEffect(() => {
    if (wantsFocus.current?.() ?? true) box.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus()
  }, [])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it has one of two roles
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both take a name
    <div
      ref={box}
      className="rt-sheet"
      role={question ? 'dialog' : 'alert'}
      aria-labelledby={titleId}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !onEscape) return
        event.stopPropagation()
        onEscape()
      }}
    >
      <div className="rt-row rt-top rt-sheet-head">
        {icon}
        <div className="rt-grow">
          <h2 id={titleId}>{title}</h2>
          {text && <div>{text}</div>}
        </div>
      </div>
      {children}
    </div>
  )
}
