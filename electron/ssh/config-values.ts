import { createHash } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** What the tokens of ssh_config(5) stand for. */
export interface Tokens {
  host: string
  /** As typed, before HostName. */
  original: string
  port: number
  user: string
  home: string
  alias: string | undefined
}

export const isNone = (text: string): boolean => text.toLowerCase() === 'none'

/**
 * `ssh -G` prints lists of paths expanded but without the quotes they had: a word that does not begin like a path belongs to the
 * one before it.
 */
export function splitPaths(text: string): string[] {
  const paths: string[] = []
  for (const word of text.split(' ')) {
    const begins = /^(?:[/~%$"]|[A-Za-z]:[\\/]|__PROGRAMDATA__|none$)/i.test(word)
    if (begins || paths.length === 0) paths.push(word)
    else paths[paths.length - 1] += ` ${word}`
  }
  return paths.map((path) => path.replace(/^"(.*)"$/, '$1')).filter(Boolean)
}

/** `~`, percent tokens and `${VARIABLE}`; relative paths are taken from the home directory. Already expanded ones stay. */
export function expandPath(text: string, tokens: Tokens): string {
  const expanded = text
    .replace(/^__PROGRAMDATA__/, process.env.ProgramData ?? 'C:\\ProgramData')
    .replace(/\$\{(\w+)\}/g, (all, name: string) => process.env[name] ?? all)
    .replace(/%(.)/g, (all, token: string) => expandToken(token, tokens) ?? all)
  const full = expanded === '~' || /^~[\\/]/.test(expanded) ? join(tokens.home, expanded.slice(1)) : expanded
  return isAbsolute(full) ? full : join(tokens.home, full)
}

function expandToken(token: string, t: Tokens): string | undefined {
  switch (token) {
    case '%':
      return '%'
    case 'C':
      // ssh_config(5): hash of %l%h%p%r%j; without a ProxyJump the last is empty.
      return createHash('sha1').update(`${hostname()}${t.host}${t.port}${t.user}`).digest('hex')
    case 'd':
      return t.home
    case 'h':
      return t.host
    case 'i':
      return String(userInfo().uid)
    case 'k':
      return t.alias ?? t.original
    case 'L':
      return hostname().split('.')[0]!
    case 'l':
      return hostname()
    case 'n':
      return t.original
    case 'p':
      return String(t.port)
    case 'r':
      return t.user
    case 'u':
      return userInfo().username
    default:
      return undefined
  }
}
