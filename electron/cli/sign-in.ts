/** What the server wants for signing in, asked at the terminal. As ssh does, agent and key files are tried before a password; under an intervention only what the person chooses. */
import { existsSync } from 'node:fs'
import type { CredentialAnswer, CredentialRequest } from '../../shared/terminal-session.js'
import type { Console } from './console.js'
import { harmless, type Output } from './output.js'
import { absolute } from './target.js'

export type SignIn = (request: CredentialRequest) => Promise<CredentialAnswer>

/** One per session: remembers what was tried. `password`: known to the practice drill. */
export function createSignIn(o: { console: Console; output: Output; home: string }): SignIn {
  const { console, output } = o
  const { texts, style } = output
  const tried = new Set<string>()
  let shownBanner = ''
  let automatic = false

  const quote = (text: string) => {
    if (!text.trim()) return
    output.tell(style.dim(texts.connect.serverSays))
    for (const line of harmless(text.trim()).split('\n')) output.tell(style.dim(`  | ${line}`))
  }
  const secret = (prompt: string) => console.ask(prompt, { echo: false })
  const cancel: CredentialAnswer = { kind: 'cancel' }

  async function choose(request: CredentialRequest): Promise<CredentialAnswer> {
    const can = (method: 'password' | 'key' | 'agent') => request.methods.includes(method)
    if (!request.quarantine) {
      automatic = true
      if (can('agent') && !tried.has('agent')) {
        tried.add('agent')
        return { kind: 'agent' }
      }
      const file = can('key') ? request.keyFiles.find((one) => !tried.has(one) && existsSync(one)) : undefined
      if (file) {
        tried.add(file)
        return { kind: 'key', file }
      }
    }
    automatic = false
    if (can('password')) {
      if (can('key')) output.tell(style.dim(texts.connect.useKey))
      const password = await secret(texts.connect.password({ user: harmless(request.user), rescue: request.quarantine ? 1 : 0 }))
      if (password !== '' || !can('key')) return { kind: 'password', password }
    }
    if (!can('key')) return cancel
    const preset = request.keyFiles.find((one) => existsSync(one)) ?? ''
    const file = (await console.ask(texts.connect.keyFile({ default: harmless(preset) }))).trim() || preset
    return file ? { kind: 'key', file: absolute(file, o.home) } : cancel
  }

  return async (request) => {
    if (request.banner !== shownBanner) quote(request.banner)
    shownBanner = request.banner
    // A key ssh would have tried too and that does not fit is no news.
    if (request.failed && !(automatic && (request.failed.code === 'auth-failed' || request.failed.code === 'no-agent'))) {
      output.tell(style.red(texts.error[request.failed.code](request.failed.data)))
    }
    switch (request.kind) {
      case 'choose':
        return choose(request)
      case 'passphrase': {
        const passphrase = await secret(texts.connect.passphrase({ file: harmless(request.keyFiles[0] ?? '') }))
        return passphrase === '' ? cancel : { kind: 'passphrase', passphrase }
      }
      case 'prompts':
      case 'new-password': {
        quote(request.instruction)
        const answers: string[] = []
        for (const { text, echo } of request.prompts) answers.push(await console.ask(`${harmless(text).trimEnd()} `, { echo }))
        return { kind: 'prompts', answers }
      }
    }
  }
}
