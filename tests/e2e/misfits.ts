/**
 * Runs in the page: names what does not fit. Text that is cut on purpose with an ellipsis is fine, but never in a button; boxes
 * that scroll sideways are fine where lines must not break (code, the tabs), but not the page.
 */
export function misfits(): string[] {
  /** Lines of files, keys and commands keep their breaks; the strip scrolls by wheel and arrows. */
  const scrollsSideways = '.rt-diff, .rt-cmd, .rt-tablist, .rt-paste, pre, code'
  /** Names of servers are as long as people like; what a button does is to be read whole. */
  const neverCut = '.mantine-Button-root, .rt-banner-way, .rt-seg, .rt-link'
  /** Fields scroll with their cursor; the thumb of a switch is moved by a margin. */
  const scrollsByItself = 'input, textarea, .mantine-Switch-track'
  const found: string[] = []
  const seen = (element: Element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
  const nameOf = (element: Element) => {
    const text = (element.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 40)
    return `${element.tagName.toLowerCase()}${[...element.classList].map((one) => `.${one}`).join('')} “${text}”`
  }
  for (const element of document.querySelectorAll<HTMLElement>('html, body, body *')) {
    if (!seen(element) || element.matches(scrollsByItself) || element.closest('.xterm, .rt-spoken, svg')) continue
    const { overflowX, overflowY, textOverflow } = getComputedStyle(element)
    const isRoot = element === document.documentElement
    const wider = element.scrollWidth > element.clientWidth + 1
    const higher = element.scrollHeight > element.clientHeight + 1
    const cutOnPurpose = textOverflow === 'ellipsis' && !element.closest(neverCut)
    if (wider && (overflowX !== 'visible' || isRoot) && !cutOnPurpose && !element.matches(scrollsSideways)) {
      found.push(`wider than its box by ${element.scrollWidth - element.clientWidth}: ${nameOf(element)}`)
    }
    if (higher && ((overflowY !== 'visible' && overflowY !== 'auto' && overflowY !== 'scroll') || isRoot) && element.clientHeight > 0) {
      found.push(`higher than its box by ${element.scrollHeight - element.clientHeight}: ${nameOf(element)}`)
    }
    if (!element.matches('button, a, [role=tab], [role=radio]')) continue
    const { left, right, top, bottom } = element.getBoundingClientRect()
    const beside = left < -1 || right > innerWidth + 1
    const below = (top < -1 || bottom > innerHeight + 1) && !canScrollTo(element)
    if ((beside && !element.closest('.rt-tablist')) || below) found.push(`outside the window: ${nameOf(element)}`)
  }
  return found

  function canScrollTo(element: Element) {
    for (let box = element.parentElement; box; box = box.parentElement) {
      const { overflowY } = getComputedStyle(box)
      if ((overflowY === 'auto' || overflowY === 'scroll') && box.scrollHeight > box.clientHeight) return true
    }
    return false
  }
}
