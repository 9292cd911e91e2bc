/**
 * Labels of files written from a rescue system without SELinux: a file without its label is unreadable for the service that needs it
 * ("login incorrect" for a right password). The system's own `setfiles` puts single labels back; without it the next start does all.
 */
import type { EditStep } from './preview.js'
import type { MountedSystem, Step } from './task.js'

export interface Selinux {
  enforcing: boolean
  /** Of the policy: `targeted`. */
  type: string
  /** To be run after `paths` were created or rewritten; those that do not exist are passed over. Nothing on a system without SELinux. */
  relabel(paths: readonly string[]): Step[]
}

export async function readSelinux(system: MountedSystem): Promise<Selinux> {
  const config = (await system.files.text('/etc/selinux/config')) ?? ''
  const value = (name: string) => new RegExp(`^\\s*${name}\\s*=\\s*(\\S+)`, 'm').exec(config)?.[1]
  const mode = value('SELINUX')?.toLowerCase()
  const type = value('SELINUXTYPE') ?? 'targeted'
  if (mode !== 'enforcing' && mode !== 'permissive') return { enforcing: false, type, relabel: () => [] }
  const contexts = `/etc/selinux/${type}/contexts/files/file_contexts`
  const [setfiles, spec, proc, autorelabel] = await system.files.read(['/usr/sbin/setfiles', contexts, '/proc/version', '/.autorelabel'], 1)
  // It sets labels by way of /proc/self/fd.
  const canLabel = [setfiles, spec, proc].every((file) => file?.kind === 'file')
  const isDue = autorelabel?.kind === 'file'
  return {
    enforcing: mode === 'enforcing',
    type,
    relabel(paths) {
      if (isDue) return []
      if (canLabel) return [{ kind: 'run', words: system.inSystem(['setfiles', '-i', '-F', contexts, ...paths]), risk: 'writes' }]
      // Not an edit: an undo, which writes files as well, has to leave it.
      return [{ kind: 'run', words: ['touch', `${system.root}/.autorelabel`], risk: 'writes' }]
    },
  }
}

/** An edit; a file that it creates gets its label. */
export const labelledEdit = (selinux: Selinux, edit: Omit<EditStep, 'kind'>): Step[] => [
  { kind: 'edit', ...edit },
  ...(edit.before === undefined ? selinux.relabel([edit.path]) : []),
]
