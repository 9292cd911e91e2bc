/**
 * The parts of ssh2 1.17.0 behind its public interface that we use, in one place, and why. The version is pinned; a test fails
 * when one of them is gone.
 */
import type { Socket } from 'node:net'
import type { Channel, Client } from 'ssh2'

export interface ClientInternals {
  /** The server's software version from its identification string (RFC 4253 §4.2). */
  _remoteVer: string | undefined
  _sock: Socket
  /** Answers to global requests, in order (RFC 4254 §4): measures a round trip. */
  _callbacks: ((failed: boolean | Error) => void)[]
  /** Opens channels with a window of our own size and pipelines what `client.shell` sends one by one. */
  _chanMgr: { add(opening: ChannelOpening): number }
  _protocol: {
    /** Costs a string per packet; wanted for the first key exchange only. */
    _debug: ((line: string) => void) | undefined
    /** ssh2 keeps what an agent's failure says about the remaining methods to itself. */
    _handlers: { USERAUTH_FAILURE: (protocol: unknown, methods: string[], partial: boolean) => void }
    session(channel: number, window: number, packetSize: number): void
    env(channel: number, name: string, value: string, wantReply: boolean): void
    pty(
      channel: number,
      rows: number,
      cols: number,
      height: number,
      width: number,
      term: string,
      modes: Record<string, number> | null,
      wantReply: boolean,
    ): void
    shell(channel: number, wantReply: boolean): void
    exec(channel: number, command: string, wantReply: boolean): void
    channelWindowAdjust(channel: number, bytes: number): void
    ping(): void
    /** Its `change password` event would send its configured password, which we never give it. */
    authPassword(username: string, password: string, newPassword: string): void
    /** Methods whose answer is awaited. A change request is such an answer (RFC 4252 §8), but ssh2 leaves the method in. */
    _authsQueue: string[]
    _decipher: object
  }
}

export interface ChannelOpening {
  (error: Error | undefined, channel: ChannelInternals): void
  type: 'session'
}

export type ChannelInternals = Channel & {
  subtype: string
  incoming: { window: number; state: string }
  outgoing: { id: number; state: string }
  /** Answers to channel requests, in order. */
  _callbacks: ((failed: boolean | Error) => void)[]
}

export const internals = (client: Client): ClientInternals => client as unknown as ClientInternals

/**
 * Has ssh2 done with the bytes it was given when it returns? Its AES deciphers on node:crypto put what they read into memory of their
 * own. Before encryption it keeps parts of what it was given, and its addon, where there is one, decrypts in place.
 */
export const keepsNoInput = (client: Client): boolean => '_decipherInstance' in (internals(client)._protocol?._decipher ?? {})
