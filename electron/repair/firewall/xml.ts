/** The XML of firewalld's files: elements and attributes, no DTD, no mixed text. Reads what is there and never throws. Pure. */

export interface Element {
  name: string
  attributes: Record<string, string>
  children: Element[]
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const decode = (text: string) => text.replace(/&(\w+);/g, (all, name: string) => entities[name] ?? all)

/** @returns the root element, or undefined when there is none. */
export function readXml(text: string): Element | undefined {
  const root: Element = { name: '', attributes: {}, children: [] }
  const open = [root]
  for (const [, end, name, attributes, empty] of text
    .replace(/<!--[\s\S]*?(?:-->|$)|<\?[\s\S]*?(?:\?>|$)/g, '')
    .matchAll(/<(\/)?([\w-]+)((?:\s+[\w:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/)?>/g)) {
    if (end) {
      if (open.length > 1 && open.at(-1)!.name === name) open.pop()
      continue
    }
    const element: Element = { name: name!, attributes: {}, children: [] }
    for (const [, key, double, single] of attributes!.matchAll(/([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
      element.attributes[key!] = decode(double ?? single ?? '')
    open.at(-1)!.children.push(element)
    if (!empty) open.push(element)
  }
  return root.children[0]
}

export const childrenOf = (element: Element | undefined, name: string): Element[] =>
  element?.children.filter((child) => child.name === name) ?? []
