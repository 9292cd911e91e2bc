/** The window's own scheme: files of `out/renderer` under one fixed host, each document with a fresh nonce and the strict policy. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { protocol } from 'electron'
import { contentSecurityPolicy } from '../../shared/csp.js'

const scheme = 'app'
const host = 'rescueterm'
export const origin = `${scheme}://${host}`

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/** Must run before Electron is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }])
}

export function serveScheme(folder: string): void {
  protocol.handle(scheme, (request) => respond(request.url, folder))
}

/** 404 for another host, a path outside `folder`, a spelling that cannot be decoded, or a file that is not there. */
export async function respond(url: string, folder: string): Promise<Response> {
  const found = await find(url, folder)
  if (!found) return new Response(null, { status: 404 })
  const { file, body } = found
  const nonce = randomBytes(16).toString('base64')
  const document = extname(file) === '.html'
  return new Response(document ? body.toString('utf8').replaceAll('%NONCE%', nonce) : new Uint8Array(body), {
    headers: {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': contentSecurityPolicy(nonce),
      'x-content-type-options': 'nosniff',
    },
  })
}

async function find(url: string, folder: string) {
  try {
    const { pathname, host: asked } = new URL(url)
    const file = normalize(join(folder, decodeURIComponent(pathname === '/' ? '/index.html' : pathname)))
    if (asked !== host || !file.startsWith(folder + sep)) return undefined
    return { file, body: await readFile(file) }
  } catch {
    return undefined
  }
}
