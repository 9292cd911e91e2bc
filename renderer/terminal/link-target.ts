/**
 * Where a link in the terminal really goes. The program on the server chooses both the shown text and the target (OSC 8), so the
 * target is what is shown and compared. Only http and https are links at all.
 */
export interface LinkTarget {
  /** Normalised: the host is in punycode, whatever letters the text uses. */
  url: string
  before: string
  host: string
  after: string
  /** The address that the text shows, when it is another one. */
  shownHost?: string
}

/** @returns undefined when this is no http(s) address. `shown` is the text on screen, for a link made by the server. */
export function linkTarget(uri: string, shown?: string): LinkTarget | undefined {
  const url = parse(uri)
  if (!url) return undefined
  const start = url.href.indexOf(url.host, url.protocol.length + 2 + credentials(url).length)
  const claimed = shown === undefined ? undefined : hostIn(shown)
  return {
    url: url.href,
    before: url.href.slice(0, start),
    host: url.host,
    after: url.href.slice(start + url.host.length),
    ...(claimed && claimed !== url.hostname && `www.${claimed}` !== url.hostname ? { shownHost: claimed } : {}),
  }
}

function parse(text: string): URL | undefined {
  if (text.length > 4096 || !/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  return new URL(text)
}

/** `user:password@` as it stands in `href`: a name before the host that looks like another host. */
function credentials({ username, password }: URL): string {
  if (!username && !password) return ''
  return `${username}${password ? `:${password}` : ''}@`
}

const shownAddress = /(?:https?:\/\/)?((?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,})(?=$|[\s/:?#)\]>,;.!'"])/iu

/** The first thing in a text that reads like an address, in the form `URL` gives hosts. */
function hostIn(text: string): string | undefined {
  const host = shownAddress.exec(text)?.[1]
  return host && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined
}
