/** What every firewall tool answers, whatever its files look like. */
import type { Step } from '../task.js'
import type { Packet, Verdict } from './packet.js'

export type Tool = 'ufw' | 'nftables' | 'iptables' | 'firewalld' | 'csf'

export interface Filter {
  tool: Tool
  /** Starts at the next boot; undefined when that could not be told. */
  starts: boolean | undefined
  verdict(packet: Packet): Verdict
  /** Edits after which `packets` get in, or undefined when no safe place was found. */
  letIn(packets: readonly Packet[]): Step[] | undefined
  /** Off at the next boot; undone by `undo`, or by copies when it is undefined. */
  off: { steps: Step[]; undo?: Step[] }
}

/** A file of a filter: the text before and the text after the edits made so far. */
export function createEdits(files: ReadonlyMap<string, string>) {
  const edited = new Map<string, string>()
  return {
    text: (file: string) => edited.get(file) ?? files.get(file),
    change: (file: string, to: (text: string) => string) => edited.set(file, to(edited.get(file) ?? files.get(file) ?? '')),
    files: (): ReadonlyMap<string, string> => new Map([...files, ...edited]),
    steps: (mode?: number): Step[] =>
      [...edited].map(([path, after]) => ({ kind: 'edit', path, before: files.get(path), after, ...(mode === undefined ? {} : { mode }) })),
  }
}
