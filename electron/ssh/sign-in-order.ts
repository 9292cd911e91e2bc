import { readFile } from 'node:fs/promises'
import type { Prompt } from 'ssh2'
import ssh2 from 'ssh2'
import type { ConnectTarget } from './connect.js'
import { type Identity, listAgent } from './identity.js'
import { type KeyFile, readKeyFile } from './private-key.js'

/**
 * What ssh would try by itself, in its order: keys of the agent that belong to configured files, other keys of the agent (unless
 * `IdentitiesOnly`), then the files the agent does not hold. Files that are missing or unusable are passed over, as ssh does.
 */
export async function findIdentities(
  target: ConnectTarget,
): Promise<{ agentIdentities: Identity[]; identities: Identity[]; files: KeyFile[] }> {
  const held = target.agent ? await listAgent(target.agent).catch(() => []) : []
  const files: KeyFile[] = []
  const named: Identity[] = []
  for (const path of target.identityFiles) {
    const file = await readKeyFile(path).catch(() => undefined)
    // A `.pub` file may stand for a key that only the agent holds.
    const blob = file?.blob ?? (await readPublicPart(path))
    if (file && !file.blob && blob) file.blob = blob
    const fromAgent = blob && held.find((identity) => identity.blob.equals(blob))
    if (fromAgent) named.push(fromAgent)
    else if (file) files.push(file)
  }
  const others = target.identitiesOnly ? [] : held.filter((identity) => !named.includes(identity))
  return { agentIdentities: named, identities: others, files }
}

async function readPublicPart(path: string): Promise<Buffer | undefined> {
  const text = await readFile(path.endsWith('.pub') ? path : `${path}.pub`, 'latin1').catch(() => undefined)
  if (text === undefined || text.length > 64 * 1024) return undefined
  const key = ssh2.utils.parseKey(text)
  return key instanceof Error || key.isPrivateKey() ? undefined : Buffer.from(key.getPublicSSH())
}

// PAM's "Password:" and its translations. A code of a second factor is hidden too and must not get the password.
const passwordWords =
  /pass(?:word|phrase|wort)|mot de passe|contraseña|senha|wachtwoord|kennwort|hasło|парол|пароль|lösenord|adgangskode|salasana|jelszó|heslo|parola|şifre|密码|密碼|パスワード|암호|비밀번호/i
const otherSecrets = /one.?time|otp|verification|token|code|new |retype|nouveau/i

/** A single hidden prompt that wants the account's password. */
export function askingPassword(prompts: readonly Prompt[]): boolean {
  const [only] = prompts
  if (prompts.length !== 1 || !only || only.echo === true) return false
  return passwordWords.test(only.prompt) && !otherSecrets.test(only.prompt)
}
