/**
 * Where an account's secrets are kept. The keyring belongs to the window's main process; the core asks it over the port between
 * them, one question with a number, one answer. On the command line there is no vault.
 */
import { z } from 'zod'
import { VaultState } from '../../shared/provider.js'

export interface SecretVault {
  available(): Promise<VaultState>
  /** undefined: nothing is kept, or what is kept can no longer be read. */
  read(id: string): Promise<string | undefined>
  /** @throws Error when the vault is not safe or the disk refuses; never with the value in its message. */
  write(id: string, value: string): Promise<void>
  remove(id: string): Promise<void>
}

/** On the command line: secrets come from OVH_*, `ovh.conf` or a question, and end with the process. */
export const noVault: SecretVault = {
  available: async () => ({ kind: 'none', reason: 'no-window' }),
  read: async () => undefined,
  write: async () => {
    throw new Error('there is no vault here')
  },
  remove: async () => {},
}

const Id = z.string().regex(/^[\w-]{1,100}$/)
const Question = z.strictObject({
  vault: z.number().int(),
  ask: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('available') }),
    z.strictObject({ kind: z.literal('read'), id: Id }),
    z.strictObject({ kind: z.literal('write'), id: Id, value: z.string().max(10_000) }),
    z.strictObject({ kind: z.literal('remove'), id: Id }),
  ]),
})
type Question = z.infer<typeof Question>
const Answer = z.strictObject({ vault: z.number().int(), ok: z.boolean(), value: z.unknown() })
export type VaultAnswer = z.infer<typeof Answer>

/** The core's end. `send` posts to main; hand every message from main to `receive`, which says whether it was an answer. */
export function createPortVault(send: (question: Question) => void): SecretVault & { receive(message: unknown): boolean } {
  let last = 0
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  const ask = (question: Question['ask']) =>
    new Promise<unknown>((resolve, reject) => {
      const vault = ++last
      waiting.set(vault, { resolve, reject })
      send({ vault, ask: question })
    })
  return {
    available: async () => VaultState.parse(await ask({ kind: 'available' })),
    read: async (id) =>
      z
        .string()
        .optional()
        .parse(await ask({ kind: 'read', id })),
    write: async (id, value) => void (await ask({ kind: 'write', id, value })),
    remove: async (id) => void (await ask({ kind: 'remove', id })),
    receive(message) {
      const answer = Answer.safeParse(message)
      if (!answer.success) return false
      const { vault, ok, value } = answer.data
      const asked = waiting.get(vault)
      waiting.delete(vault)
      if (ok) asked?.resolve(value)
      else asked?.reject(new Error('the vault refused'))
      return true
    },
  }
}

/** Main's end: the answer to a message from the core, or undefined when it was no question. Reasons stay here: they could quote a value. */
export async function answerVault(vault: SecretVault, message: unknown): Promise<VaultAnswer | undefined> {
  const question = Question.safeParse(message)
  if (!question.success) return undefined
  const { vault: number, ask } = question.data
  try {
    const value =
      ask.kind === 'available'
        ? await vault.available()
        : ask.kind === 'read'
          ? await vault.read(ask.id)
          : ask.kind === 'write'
            ? await vault.write(ask.id, ask.value)
            : await vault.remove(ask.id)
    return { vault: number, ok: true, value }
  } catch {
    return { vault: number, ok: false, value: undefined }
  }
}
