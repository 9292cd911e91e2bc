/** Will sshd itself start, and listen where one can reach it? */
import { isIP } from 'node:net'
import { editable, evidenceOf, findingOf, proposalOf } from '../build-finding.js'
import type { Step, TaskFinding } from '../task.js'
import { commentLine } from '../text-edit.js'
import { unitStep } from '../units.js'
import type { AccessFacts } from './facts.js'
import { isEverywhere } from './sshd.js'

export async function sshdFindings(facts: AccessFacts): Promise<TaskFinding[]> {
  const { sshd } = facts
  if (!sshd.isInstalled) {
    return [findingOf('sshd', 'fault', 'sshd-missing', {}, { keepsOut: true, evidence: [evidenceOf('/usr/sbin/sshd', 'No such file')] })]
  }
  const [hostKeys, service, labels] = await Promise.all([hostKeyFindings(facts), serviceFindings(facts), labelFindings(facts)])
  return [syntaxFinding(facts), ...hostKeys, ...service, ...listenFindings(facts), ...labels]
}

function syntaxFinding({ sshd }: AccessFacts): TaskFinding {
  const { syntax, files } = sshd
  if (syntax.kind === 'fine') return findingOf('sshd-config', 'fine', 'sshd-valid', { ports: sshd.ports.join(', ') })
  if (syntax.kind === 'unknown')
    return findingOf(
      'sshd-config',
      'unknown',
      'sshd-unread',
      { reason: syntax.reason },
      { evidence: [evidenceOf('sshd -T', syntax.reason)] },
    )
  const { errors } = syntax
  const edits = new Map<string, string>()
  for (const { file, line } of errors) {
    const text = file === undefined ? undefined : (edits.get(file) ?? files.get(file))
    if (text !== undefined && line !== undefined) edits.set(file!, commentLine(text, line))
  }
  const steps = [...edits].map(([path, after]): Step => ({ kind: 'edit', path, before: files.get(path)!, after }))
  const [first] = errors
  return findingOf(
    'sshd-config',
    'fault',
    'sshd-broken',
    { file: first!.file ?? '', line: first!.line ?? 0, reason: first!.text },
    {
      keepsOut: true,
      evidence: errors.map(({ file, line, text }) => {
        const said = file === undefined ? undefined : files.get(file)?.split('\n')[line! - 1]
        return evidenceOf(file ?? 'sshd -T', said === undefined ? text : `${said}\n${text}`, line)
      }),
      proposals: steps.length > 0 ? editable([proposalOf('comment-sshd-lines', { n: errors.length }, steps)]) : [],
    },
  )
}

async function hostKeyFindings({ sshd, system, selinux, look }: AccessFacts): Promise<TaskFinding[]> {
  const paths = sshd.settings.hostKeys.filter((path) => path.startsWith('/'))
  const found = await system.files.read(paths, 1)
  const present = paths.filter((_, index) => found[index]!.kind === 'file')
  if (present.length === 0) {
    const make: Step = { kind: 'run', words: system.inSystem(['ssh-keygen', '-A']), risk: 'writes', limitMs: 120_000 }
    const labels = selinux.relabel(paths.flatMap((path) => [path, `${path}.pub`]).filter((path) => path.startsWith('/etc/ssh/ssh_host_')))
    return [
      findingOf(
        'sshd-host-keys',
        'fault',
        'sshd-no-host-keys',
        {},
        {
          keepsOut: true,
          evidence: paths.map((path) => evidenceOf(path, 'No such file')),
          proposals: [proposalOf('make-host-keys', {}, [make, ...labels])],
        },
      ),
    ]
  }
  const groups = (await system.files.text('/etc/group')) ?? ''
  const keyGroup = Number(/^ssh_keys:[^:]*:(\d+):/m.exec(groups)?.[1] ?? Number.NaN)
  const open: { path: string; mode: number }[] = []
  for (const path of present) {
    const entry = await look(path)
    // authfile.c, sshkey_perm_ok; Red Hat lets the group ssh_keys read.
    const allowed = entry?.gid === keyGroup ? 0o037 : 0o077
    if (entry?.kind === 'file' && entry.uid === 0 && (entry.mode & allowed) !== 0) open.push({ path, mode: entry.mode })
  }
  if (open.length === 0) return [findingOf('sshd-host-keys', 'fine', 'sshd-host-keys', { n: present.length })]
  const isAll = open.length === present.length
  const chmod = (mode: string, path: string): Step => ({ kind: 'run', words: system.inSystem(['chmod', mode, path]), risk: 'writes' })
  return [
    findingOf(
      'sshd-host-keys',
      isAll ? 'fault' : 'warning',
      'sshd-host-keys-open',
      { n: open.length, path: open[0]!.path },
      {
        keepsOut: isAll,
        evidence: open.map(({ path, mode }) => evidenceOf(path, mode.toString(8))),
        proposals: [
          proposalOf(
            'close-host-keys',
            {},
            open.map(({ path }) => chmod('0600', path)),
            { undo: open.map(({ path, mode }) => chmod(`0${mode.toString(8)}`, path)) },
          ),
        ],
      },
    ),
  ]
}

async function serviceFindings({ sshd, system, units }: AccessFacts): Promise<TaskFinding[]> {
  const { unit, socket, state } = sshd.service
  const id = 'sshd-service'
  if ('reason' in units) return [findingOf(id, 'unknown', 'sshd-service-unknown', { reason: units.reason })]
  const stop = '/etc/ssh/sshd_not_to_be_run'
  const note = await system.files.text(stop)
  const stopped: TaskFinding[] =
    note === undefined
      ? []
      : [
          findingOf(
            'sshd-stopped',
            'fault',
            'sshd-not-to-be-run',
            {},
            {
              keepsOut: true,
              evidence: [evidenceOf(stop, note)],
              proposals: [proposalOf('remove-not-to-be-run', {}, [{ kind: 'edit', path: stop, before: note, after: undefined }])],
            },
          ),
        ]
  if (state === 'enabled') return [findingOf(id, 'fine', 'sshd-service-on', { unit: socket ?? unit ?? '' }), ...stopped]
  const name = unit ?? 'ssh.service'
  const isMasked = state === 'masked'
  // Only what a mask left installed can be enabled; systemd says so otherwise.
  const steps = isMasked ? [unitStep(system, 'unmask', [name]), unitStep(system, 'enable', [name])] : [unitStep(system, 'enable', [name])]
  const undo = isMasked ? [unitStep(system, 'disable', [name]), unitStep(system, 'mask', [name])] : [unitStep(system, 'disable', [name])]
  return [
    findingOf(
      id,
      'fault',
      isMasked ? 'sshd-service-masked' : 'sshd-service-off',
      { unit: name },
      {
        keepsOut: true,
        evidence: [evidenceOf('systemctl list-unit-files', `${name} ${units.state(name) ?? '-'}`)],
        proposals: unit ? [proposalOf('enable-ssh', { unit: name }, steps, { undo })] : [],
      },
    ),
    ...stopped,
  ]
}

/** An address that only this machine reaches keeps everybody out; a fixed one may have gone with a move. */
function listenFindings({ sshd }: AccessFacts): TaskFinding[] {
  const { listen } = sshd.settings
  if (listen.length === 0 || !sshd.mindsAddresses || listen.some(isEverywhere)) return []
  const lines = sshd.lines.filter(({ keyword, match }) => keyword === 'listenaddress' && match === undefined)
  const evidence = lines.map(({ file, line, text }) => evidenceOf(file, text, line))
  const isLocal = listen.every((address) => /^(127\.|::1$|localhost$)/.test(address))
  const edits = new Map<string, string>()
  for (const { file, line } of lines) edits.set(file, commentLine(edits.get(file) ?? sshd.files.get(file)!, line))
  const steps = [...edits].map(([path, after]): Step => ({ kind: 'edit', path, before: sshd.files.get(path)!, after }))
  const proposals = steps.length > 0 ? editable([proposalOf('listen-everywhere', {}, steps)]) : []
  const addresses = listen.filter((address) => isIP(address) !== 0 || address !== '').join(', ')
  return [
    findingOf(
      'sshd-listen',
      isLocal ? 'fault' : 'warning',
      isLocal ? 'sshd-listen-local' : 'sshd-listen-some',
      { addresses },
      { evidence, proposals, keepsOut: isLocal },
    ),
  ]
}

/** SELinux lets sshd take port 22 and those labelled ssh_port_t. */
async function labelFindings({ sshd, selinux, system }: AccessFacts): Promise<TaskFinding[]> {
  const moved = sshd.ports.filter((port) => port !== 22)
  if (!selinux.enforcing || moved.length === 0) return []
  // Where libsemanage keeps what was added: RHEL 7 still under /etc.
  const stores = ['/var/lib/selinux', '/etc/selinux'].map((store) => `${store}/${selinux.type}/active/ports.local`)
  const [semanage, ...local] = await system.files.read(['/usr/sbin/semanage', ...stores])
  const added = local.find((file) => file.kind === 'file')
  const labels = added?.kind === 'file' ? added.bytes.toString('utf8') : ''
  const ranges = [...labels.matchAll(/^portcon tcp (\d+)(?:-(\d+))? \S*:ssh_port_t:/gm)].map(
    ([, from, to]) => [Number(from), Number(to ?? from)] as const,
  )
  const unlabelled = moved.filter((port) => !ranges.some(([from, to]) => port >= from && port <= to))
  if (unlabelled.length === 0) return []
  const port = String(unlabelled[0])
  const words = (action: string) => system.inSystem(['semanage', 'port', '-N', action, '-t', 'ssh_port_t', '-p', 'tcp', port])
  const run = (action: string): Step => ({ kind: 'run', words: words(action), risk: 'writes', limitMs: 120_000 })
  const isAll = unlabelled.length === sshd.ports.length
  return [
    findingOf(
      'sshd-port-label',
      isAll ? 'fault' : 'warning',
      'sshd-port-label',
      { port },
      {
        keepsOut: isAll,
        evidence: [evidenceOf(added?.path ?? stores[0]!, labels || '-')],
        proposals: semanage?.kind === 'file' ? [proposalOf('label-ssh-port', { port }, [run('-a')], { undo: [run('-d')] })] : [],
      },
    ),
  ]
}
