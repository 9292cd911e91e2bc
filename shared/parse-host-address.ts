/**
 * What people type for a server, parsed without touching the network.
 * Accepted: `host`, `user@host`, `host:port`, `[v6]`, `[v6]:port`, bare `v6`, `ssh://user@host:port`. Refused: blanks, control
 * characters, quotes, `;` and the like, a leading `-` (an option for ssh), ports outside 1–65535.
 */
import { AppError } from './app-error.js'
import type { HostAddress } from './host-address.js'

const hostPattern = /^[\p{L}\p{N}_](?:[\p{L}\p{N}._-]*[\p{L}\p{N}_.])?$/u
const v6Pattern = /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9_.-]+)?$/
const userPattern = /^[^\s\p{C}@:/'"`;$|&<>()\\-][^\s\p{C}@:/'"`;$|&<>()\\]*$/u

/** @throws AppError `bad-address` or `bad-port`, `data.text` holding what was typed (shortened). */
export function parseHostAddress(text: string): HostAddress {
  const shown = text.trim().slice(0, 80)
  const bad = (code: 'bad-address' | 'bad-port' = 'bad-address') => new AppError(code, { text: shown })
  let rest = text.trim()
  const scheme = /^ssh:\/\//i.exec(rest)
  if (scheme) rest = rest.slice(scheme[0].length).replace(/\/$/, '')
  if (!rest || rest.length > 600) throw bad()
  const at = rest.lastIndexOf('@')
  const user = at >= 0 ? rest.slice(0, at) : undefined
  if (user !== undefined && !userPattern.test(user)) throw bad()
  const place = rest.slice(at + 1)
  let host = place
  let portText: string | undefined
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(place)
  if (bracketed) {
    host = bracketed[1] ?? ''
    portText = bracketed[2]
    if (!v6Pattern.test(host)) throw bad()
  } else if (place.split(':').length === 2) {
    host = place.slice(0, place.indexOf(':'))
    portText = place.slice(place.indexOf(':') + 1)
  }
  if (portText?.startsWith('/')) throw bad() // another scheme's `//`
  if (!(host.includes(':') ? v6Pattern.test(host) : hostPattern.test(host)) || host.length > 255) throw bad()
  let port: number | undefined
  if (portText !== undefined) {
    port = /^\d{1,6}$/.test(portText) ? Number(portText) : 0
    if (port < 1 || port > 65535) throw bad('bad-port')
  }
  return { ...(user ? { user } : {}), host, ...(port ? { port } : {}) }
}

/** `user@host:port`, with brackets around an IPv6 address that has a port. */
export function formatHostAddress({ user, host, port }: HostAddress): string {
  const place = port && port !== 22 ? (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`) : host
  return user ? `${user}@${place}` : place
}
