import type { ComparisonResult, PresentedKey } from '../../shared/host-key.js'

export interface PublicKey {
  type: string
  /** RFC 4253 wire blob. */
  blob: Buffer
}

export function parsePublicKeyLine(_text: string): PublicKey | undefined {
  throw new Error('being built')
}
export function keyType(_blob: Buffer): string | undefined {
  throw new Error('being built')
}
export function fingerprint(_blob: Buffer): string {
  throw new Error('being built')
}
export function randomart(_blob: Buffer): string {
  throw new Error('being built')
}
export function compareExpectation(_text: string, _blob: Buffer): ComparisonResult {
  throw new Error('being built')
}
export function describeKey(_blob: Buffer): PresentedKey {
  throw new Error('being built')
}
