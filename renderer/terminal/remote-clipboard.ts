import { filterPaste } from './paste-filter.js'

/** More than a person copies by hand; less than what would hurt another program. */
const maxBytes = 100 * 1024

/**
 * OSC 52: `c;BASE64` sets the clipboard. Questions (`?`) are never answered, other selections do not exist here, and control
 * characters are taken out: the text ends up in some other program's paste.
 * @param data what follows `52;`
 * @returns the text to copy, or undefined when nothing is to be done
 */
export function parseClipboardWrite(data: string): string | undefined {
  const [selection = '', payload = ''] = data.split(';', 2)
  if (!/^[cps]*$/.test(selection) || !payload || payload === '?' || payload.length > (maxBytes * 4) / 3 + 4) return undefined
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(payload)) return undefined
  try {
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0))
    return filterPaste(new TextDecoder('utf-8', { fatal: true }).decode(bytes)).text || undefined
  } catch {
    return undefined
  }
}
