/** The secret behind the link of a mail: fetched by its number, never by opening the link. */
import { z } from 'zod'
import type { OvhEndpoint } from '../../../shared/provider.js'
import { ProviderError } from '../problem.js'
import { createOpenClient, type OvhParts } from './client.js'

const Secret = z.object({ secret: z.string().min(1), expiration: z.string() })

/** `not-available`: this region has no such call (reported of Canada). `gone`: it expired, was withdrawn, or never was. */
export type Redeemed = { kind: 'secret'; secret: string } | { kind: 'no-secret'; reason: 'not-available' | 'gone' }

/** `POST /secret/retrieve`, unsigned. The first look starts the secret's last days; a second one gives the same. @throws ProviderError */
export async function redeemSecret(endpoint: OvhEndpoint, id: string, signal: AbortSignal, parts: OvhParts): Promise<Redeemed> {
  const open = createOpenClient(endpoint, parts)
  try {
    const { secret } = await open('POST', '/secret/retrieve', { body: { id }, answer: Secret, signal, secrets: [id] })
    return { kind: 'secret', secret }
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    if (error.problem === 'not-available') return { kind: 'no-secret', reason: 'not-available' }
    if (error.problem === 'not-found') return { kind: 'no-secret', reason: 'gone' }
    throw error
  }
}
