/**
 * Lets libraries that make styles of their own run under a policy without 'unsafe-inline'. xterm.js makes <style> elements and
 * `style` attributes and knows no nonce; Mantine's scroll lock takes its nonce from a bundler global. Markup never reaches
 * innerHTML & co.: Mantine sets CSS text that way, which the Trusted Types policy lets through because it holds no `<`.
 * Import this before anything else.
 */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.nonce ?? ''

Object.assign(globalThis, { __webpack_nonce__: nonce }) // read by get-nonce (react-remove-scroll inside Mantine)

const create = document.createElement.bind(document) as (tag: string, options?: ElementCreationOptions) => HTMLElement
document.createElement = ((tag: string, options?: ElementCreationOptions) => {
  const element = create(tag, options)
  if (tag === 'style') element.nonce = nonce
  return element
}) as typeof document.createElement

HTMLSpanElement.prototype.setAttribute = function (name, value) {
  if (name === 'style')
    this.style.cssText = value // CSSOM is not subject to style-src-attr
  else Element.prototype.setAttribute.call(this, name, value)
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(text: string): string }): void
}
const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
trustedTypes?.createPolicy('default', {
  createHTML(text) {
    if (text.includes('<')) throw new TypeError('markup refused')
    return text
  },
})
