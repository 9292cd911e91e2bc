/** Where the keyboard is: regions of the window (Ctrl+F6), and the focus of a tab that comes to the front. */

const regionNames = ['banner', 'servers', 'tabs', 'content', 'panel'] as const
type RegionName = (typeof regionNames)[number]
export const focusable = 'button:not(:disabled), [href], input:not(:disabled), select, textarea, [tabindex]:not([tabindex="-1"])'

/** Put on the element of a region. */
export const region = (name: RegionName) => ({ 'data-region': name })

const isShown = (element: HTMLElement) => element.offsetParent !== null && !element.closest('[inert]')

/** The safe or main button, else the terminal, else whatever comes first. False when nothing can take the focus. */
export function focusInside(box: ParentNode | null): boolean {
  if (!box) return false
  const candidates = ['[data-autofocus]', '.xterm-helper-textarea', focusable]
  for (const selector of candidates) {
    const element = [...box.querySelectorAll<HTMLElement>(selector)].find(isShown)
    if (!element) continue
    element.focus()
    return true
  }
  return false
}

/** Next or previous region that has something to focus. */
export function stepRegion(step: 1 | -1) {
  const boxes = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((box) => box.offsetParent !== null)
  const at = boxes.findIndex((box) => box.contains(document.activeElement))
  for (let moved = 1; moved <= boxes.length; moved++) {
    const index = ((((at < 0 && step < 0 ? 0 : at) + step * moved) % boxes.length) + boxes.length) % boxes.length
    if (focusInside(boxes[index] ?? null)) return
  }
}

/** The filter field of the server list, once it is on screen. */
export const focusFilter = () => requestAnimationFrame(() => document.querySelector<HTMLInputElement>('#rt-filter')?.select())
