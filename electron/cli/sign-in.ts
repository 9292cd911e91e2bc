/** What the server wants for signing in, asked at the terminal. Agent and usual key files were tried before, as ssh does; not under an intervention. */
import { existsSync } from 'node:fs'
import type { CredentialAnswer, CredentialRequest } from '../../shared/terminal-session.js'
import type { Console } from './console.js'
import { harmless, type Output } from './output.js'
import { absolute } from './target.js'

export type SignIn = (request: CredentialRequest) => Promise<CredentialAnswer>

/** One per session: the server's banner is shown once. */
export function createSignIn(o: { console: Console; output: Output; home: string }): SignIn {
  const { console, output } = o
  const { texts, style } = output
  let shownBanner = ''

  const quote = (text: string) => {
    if (!text.trim()) return
    output.tell(style.dim(texts.connect.serverSays))
    for (const line of harmless(text.trim()).split('\n')) output.tell(style.dim(`  | ${line}`))
  }
  const secret = (prompt: string) => console.ask(prompt, { echo: false })
  const cancel: CredentialAnswer = { kind: 'cancel' }

  async function choose({ methods, user, keyFiles, quarantine }: CredentialRequest): Promise<CredentialAnswer> {
    const key = methods.includes('key')
    if (methods.includes('password')) {
      if (key) output.tell(style.dim(texts.connect.useKey))
      const password = await secret(texts.connect.password({ user: harmless(user), rescue: quarantine ? 1 : 0 }))
      if (password !== '' || !key) return { kind: 'password', password }
    }
    if (!key) return cancel
    const preset = keyFiles.find((one) => existsSync(one)) ?? ''
    const file = (await console.ask(texts.connect.keyFile({ default: harmless(preset) }))).trim() || preset
    return file ? { kind: 'key', file: absolute(file, o.home) } : cancel
  }

  /** Typed twice, since it is not seen; empty to give up. */
  async function newPassword(user: string): Promise<string> {
    for (;;) {
      const password = await secret(texts.connect.newPassword({ user: harmless(user) }))
      if (password === '' || (await secret(texts.connect.newPasswordAgain)) === password) return password
      output.tell(style.red(texts.connect.passwordsDiffer))
    }
  }

  return async (request) => {
    if (request.banner !== shownBanner) quote(request.banner)
    shownBanner = request.banner
    if (request.failed) output.tell(style.red(texts.error[request.failed.code](request.failed.data)))
    switch (request.kind) {
      case 'choose':
        return choose(request)
      case 'passphrase': {
        const passphrase = await secret(texts.connect.passphrase({ file: harmless(request.keyFiles[0] ?? '') }))
        return passphrase === '' ? cancel : { kind: 'passphrase', passphrase }
      }
      case 'new-password': {
        output.tell(texts.connect.passwordExpired)
        quote(request.instruction)
        const password = await newPassword(request.user)
        return password === '' ? cancel : { kind: 'new-password', password }
      }
      case 'prompts': {
        quote(request.instruction)
        const answers: string[] = []
        for (const { text, echo } of request.prompts) answers.push(await console.ask(`${harmless(text).trimEnd()} `, { echo }))
        return { kind: 'prompts', answers }
      }
    }
  }
}
