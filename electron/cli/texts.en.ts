import type { Data, Texts } from './texts.js'

const s = (n: string | number | undefined) => (Number(n) === 1 ? '' : 's')
const lines = ({ n }: Data) => `${n} line${s(n)}`
const withFile = (text: string) => (d: Data) => `${d.file ?? 'The file'}: ${text}`
const command = (d: Data) => (d.command ? ` By hand: ${d.command}` : '')

export const en: Texts = {
  usage: `rescueterm: an SSH client that knows rescue mode

  rescueterm [HOST]                        open the window
  rescueterm connect [USER@]HOST           terminal session here; the guided fix as questions
  rescueterm check HOST                    which key does it show, and what do the files say?
  rescueterm set-aside HOST                show the exact edit, ask, apply it
  rescueterm restore [HOST|--id ID|--all]  put the lines back
  rescueterm watch HOST                    wait until the known key answers again, restore, verify
  rescueterm status                        what is set aside, where, since when, what to do next
  rescueterm servers                       saved servers, and machines of the provider accounts in the environment
  rescueterm enter HOST                    have the provider start the rescue system, wait for it
  rescueterm disks HOST                    what is on its disks, seen from rescue; mount them
  rescueterm diagnose HOST                 examine the system from rescue, reads only; a report
  rescueterm leave HOST                    check, unmount, restart from the disk, put the lines back
  rescueterm practice                      start the practice server, print how to reach it

HOST is what you type to ssh: a name, an address, [v6], host:port, ssh://user@host:port.

  -p, --port N                 port, default 22
  --known-hosts FILE           user file, repeatable; default ~/.ssh/known_hosts, ~/.ssh/known_hosts2
  --global-known-hosts FILE    system file, repeatable, read only; none for no such file
  --key 'TYPE BASE64'          the key to judge or accept, instead of asking the server
  --ip ADDR                    check: also judge this address, as CheckHostIP yes does
  --data-dir DIR               journal and trust store (also RESCUETERM_DATA_DIR)
  --yes                        do not ask
  --dry-run                    show the edit, change nothing
  --by-hand                    enter: you press the button, no provider is asked
  --confirm NAME               enter: the machine's name, where its services would stop
  --mount [--read-only], --unmount, --unlock, --prove
                               disks: by a plan that is shown first
  -o, --output FILE            diagnose: the report goes there
  --report-lang en|fr          diagnose: language of the report
  --skip ITEM=REASON           leave: go on without it; fixed-by-hand, console, not-needed or other
  --no-reboot                  leave: end before the restart
  --json                       one JSON document on stdout
  --lang en|fr                 language of the messages

Exit status: 0 done or match, 1 failure, 2 usage, 10 unknown, 11 changed, 12 other type, 13 revoked,
20 restore needs a person, 130 interrupted.
`,
  noWindow:
    'The window is opened by the installed program, or by npm start in the source folder. Without a window: rescueterm connect HOST.',
  seeHelp: 'rescueterm --help lists the commands.',
  details: (d) => `Details: ${d.text}`,
  yes: 'y',
  error: {
    'bad-address': (d) => `"${d.text}" is not a server's address. Type a name, an address, [v6], host:port or ssh://user@host:port.`,
    'bad-port': (d) => `"${d.text}": a port is a number from 1 to 65535.`,
    'bad-key': () => "This is not a public key. Give it as 'TYPE BASE64', as in a .pub file.",
    'bad-request': () => 'RescueTerm could not read this request.',
    dns: (d) => `No address is known for ${d.host}. Check the name and your network.`,
    refused: (d) =>
      `${d.host ?? 'The server'} refuses connections${d.port ? ` on port ${d.port}` : ''}. Is sshd running, is the port right?`,
    unreachable: (d) => `${d.host ?? 'The server'} cannot be reached from here. Check the network and the address.`,
    timeout: (d) => `${d.host ?? 'The server'} did not answer in time. It may still be starting: try again.`,
    'not-ssh': (d) => `What answers at ${d.host ?? 'this address'} does not speak SSH. Is the port right?`,
    'closed-early': (d) => `${d.host ?? 'The server'} closed the connection. It may be restarting: try again.`,
    protocol: (d) => `${d.host ?? 'The server'} broke the SSH protocol.`,
    'no-common-algorithm': (d) =>
      `No common ${d.kind ?? 'algorithm'} with this server${d.algorithms ? `; it offers only ${d.algorithms}` : ''}.`,
    'weak-host-key': () => 'The server shows a host key that is too weak to be trusted (RSA below 2048 bits).',
    'auth-failed': (d) => `The server did not accept this sign-in${d.user ? ` for ${d.user}` : ''}.`,
    'too-many-failures': () => 'The server stopped after too many attempts to sign in. Connect again.',
    'password-not-changed': () =>
      'The server did not take the new password: too simple, too close to the old one, or the old one was wrong.',
    'key-unreadable': withFile('cannot be read as a private key.'),
    'key-unsupported': (d) => `${d.file ?? 'The key'}: this key format is not supported.${d.command ? ` Convert it: ${d.command}` : ''}`,
    'key-is-public': withFile('this is the public half. Name the private key, without .pub.'),
    'key-passphrase': withFile('wrong passphrase.'),
    'no-agent': () => 'No SSH agent answers (SSH_AUTH_SOCK).',
    'no-shell': () => 'The server opened no shell.',
    'host-key-changed-again': () => 'The server now shows yet another key than the one you accepted. Nothing was sent.',
    'known-key-unproven': (d) =>
      `${d.host ?? 'The server'} showed another key than the rescue key without proving that it holds it. Nothing was sent, nothing was put back. Try again in a moment; if it stays so, somebody may stand in between: look at the provider's console.`,
    'known-key-aside': (d) =>
      `${d.host ?? 'The server'} shows your own key, but its lines are still set aside. Nothing was sent. Put them back with rescueterm restore, then connect again.`,
    revoked: () => 'The server shows a revoked key. RescueTerm offers no way past it.',
    'file-not-regular': withFile('this is not a regular file. Name a known_hosts file.'),
    'file-too-large': (d) => `${d.file}: larger than ${d.megabytes ?? 64} MB; nothing was read or changed.`,
    'file-unreadable': withFile('you may not read this file. Check its owner and mode.'),
    'file-read-only': (d) => `${d.file}: you may not write this file; nothing was changed.${command(d)}`,
    'file-no-space': (d) => `${d.file}: no space left; nothing was changed. Free some space and try again.${command(d)}`,
    'file-busy': withFile('other programs keep changing it; nothing was changed. Try again.'),
    'file-changed': withFile('it changed meanwhile; nothing was written. Look at the new edit.'),
    'file-io': withFile('the disk reported an error.'),
    'ssh-directory': withFile('this folder cannot be opened. Check its owner and mode.'),
    'config-failed': () => 'ssh could not read its configuration for this host.',
    'proxy-unsupported': (d) => `This host is reached through a proxy (${d.proxy}), which RescueTerm does not support yet.`,
    'published-key-differs': (d) =>
      `${d.host} shows another key than your provider publishes for this rescue system. Nothing was accepted. Disconnect, then ask it.`,
    'strict-unknown': (d) =>
      `StrictHostKeyChecking yes forbids unknown keys for ${d.host ?? 'this host'}. Add its key to known_hosts first.`,
    'journal-unreadable': (d) =>
      `A record of an earlier edit cannot be read${d.file ? ` (${d.file})` : ''}. known_hosts was not touched; its marked lines begin with #rescueterm:.`,
    'list-unreadable': (d) =>
      `${d.file ?? 'A list of RescueTerm'} cannot be read. Nothing was saved over it. If a newer version wrote it, use that one; otherwise move the file away.`,
    locked: () => 'Another RescueTerm is saving something. Try again in a moment.',
    'nothing-to-set-aside': () => 'No line of your files stands in the way of this key: nothing to set aside.',
    'not-found': (d) => {
      const what = d.host ?? d.id
      return what === undefined ? 'It does not exist any more.' : `Nothing is set aside for ${what}. rescueterm status lists what is.`
    },
    'not-mounted': () => 'The disk of the system is not mounted. Mount it first (rescueterm disks HOST --mount).',
    'command-failed': (d) =>
      `${d.command ?? 'The command'} failed on the server${d.status === undefined ? '' : ` with status ${d.status}`}.`,
    'disks-unreadable': () => 'The rescue system gave no list of its disks.',
    'disk-command-failed': (d) => `${d.command} failed on the server with status ${d.status}.`,
    'no-root': () => 'Only root can open and mount disks. Connect as root, or as a user whose sudo asks no password.',
    'tool-missing': (d) => `${d.tool ?? 'A tool'} is missing on the rescue system.${d.command ? ` Install it there: ${d.command}` : ''}`,
    'wrong-passphrase': (d) => `This passphrase does not open ${d.device ?? 'the disk'}. It is the disk's own, not the rescue password.`,
    'volume-locked': (d) => `${d.device ?? 'This device'} is a part of something, not a file system. Open it first.`,
    'volume-group-twice': (d) => `Two volume groups are called ${d.name ?? 'the same'}. Start the rescue system from another image.`,
    'same-file-system': (d) =>
      `${d.device ?? 'This disk'} is the same btrfs as the rescue system's own. Start the rescue from another image.`,
    'file-system-unsupported': (d) => `The rescue system's kernel does not know ${d.kind ?? 'this file system'}.`,
    'file-system-unreadable': (d) => `${d.device ?? 'This device'} holds no readable file system. Nothing was changed.`,
    'file-system-damaged': (d) => `The file system on ${d.device ?? 'this device'} is damaged. Check it unmounted: fsck -n, xfs_repair -n.`,
    'journal-dirty': (d) => `${d.device ?? 'This device'} was not shut down cleanly and cannot be written. Mount it read-only.`,
    'device-busy': (d) => `${d.device ?? 'This device'} is in use on the rescue system already.`,
    'still-in-use': (d) =>
      `${d.path ?? 'The system'} is still in use${d.pid ? ` by ${d.command} (process ${d.pid}) in ${d.directory}` : ''}. Leave it, then try again.`,
    'wrong-state': () =>
      'This is not possible any more: it was done or changed meanwhile. Run the command again; rescueterm status shows where a rescue stands.',
    provider: (d) =>
      `${d.provider ?? 'The provider'} could not do this${d.problem ? ` (${d.problem})` : ''}. The details say why; its own site can do the same.`,
    'no-sftp': () => 'The server offers no SFTP.',
    'path-missing': (d) => `${d.file ?? 'The file'} does not exist.`,
    'path-denied': (d) => `${d.file ?? 'The file'}: permission denied.`,
    'path-exists': (d) => `${d.file ?? 'The file'} already exists.`,
    'path-not-empty': (d) => `${d.file ?? 'The directory'} is not empty.`,
    'path-no-space': (d) => `Not enough space for ${d.file ?? 'the file'}.`,
    'path-read-only': (d) => `${d.file ?? 'The file'} is on a read-only disk.`,
    'path-kind': (d) => `${d.file ?? 'The file'} is of another kind.`,
    'path-changed': (d) => `${d.file ?? 'The file'} changed while it was copied.`,
    'path-owner': (d) => `${d.file ?? 'The file'} would get another owner.`,
    'path-too-large': (d) => `${d.file ?? 'The file'} is too large to edit.`,
    'path-failed': (d) => `${d.file ?? 'The file'}: that did not work.`,
    'core-restarted': () => 'The connection process was started again. Connect again.',
    internal: () => 'RescueTerm failed unexpectedly. Your files were not left half-written; rescueterm status shows what is set aside.',
    usage: () => 'Wrong usage.',
    interrupted: () => 'Interrupted.',
    'not-a-terminal': (d) => `A question cannot be asked: standard input is no terminal.${d.hint ? ` ${d.hint}` : ''}`,
    'refused-by-person': () => 'Nothing was changed.',
    'not-in-rescue': (d) => `${d.host} shows the key you know: its own system runs, not a rescue system.`,
    'looks-normal': (d) =>
      `${d.host} runs from its own disk and does not look like a rescue system: nothing of it is mounted, unmounted or restarted. If it is one, connect again and answer that it is in rescue mode.`,
    'no-machine': (d) =>
      `No provider account here has a machine called ${d.host}. Set OVH_* (or ovh.conf), HCLOUD_TOKEN, ROBOT_USER and ROBOT_PASSWORD, or SCW_SECRET_KEY; or use --by-hand.`,
    'several-machines': (d) => `${d.host} may be one of these. Type the address or the id of the one you mean:\n${d.machines}`,
    'other-address': (d) =>
      `${d.host} leads to an address that this machine does not have. Type the address of the one you mean:\n${d.machines}`,
    'no-system': () => 'No system that could be mounted was found on its disks: rescueterm disks HOST lists what is there.',
    'needs-confirm': (d) => `Services on ${d.name} may be running and would stop. Give --confirm ${d.name}.`,
  },
  badUsage: {
    'unknown-command': (d) => `"${d.argument}" is no command.`,
    'unknown-option': (d) => (d.command ? `${d.option} has no meaning for ${d.command}.` : `Unknown option ${d.option}.`),
    'missing-host': (d) => `${d.command} needs a HOST.`,
    'too-many-arguments': (d) => `One argument too many: ${d.argument}`,
    'bad-option': (d) => `Bad value for ${d.option}${d.value ? `: ${d.value}` : ''}.${d.expected ? ` Expected: ${d.expected}.` : ''}`,
    'yes-needs-key': () => '--yes needs --key: without it nobody has looked at the fingerprint.',
    'which-restore': () => 'Give one of HOST, --id ID, --all.',
    'two-ports': (d) => `Two ports were given: ${d.first} and ${d.second}.`,
  },
  check: {
    presented: (d) => `${d.host} shows ${d.type} ${d.fingerprint}`,
    verdict: {
      match: () => 'Match: this is the key you know.',
      'match-ca': () => 'Match: an authority you trust vouches for this key.',
      unknown: (d) => `Unknown: no line for ${d.name} in your files.`,
      changed: (d) => `Changed: your files hold other keys for ${d.name}.`,
      'other-type': (d) => `Other type: your files hold only keys of other types for ${d.name}.`,
      revoked: () => 'Revoked: your files declare this key unsafe.',
    },
    entry: (d) => `  ${d.file}:${d.line}  ${d.type} ${d.fingerprint}${d.marker ? `  (${d.marker})` : ''}`,
    marker: { revoked: 'revoked', 'cert-authority': 'authority' },
    next: {
      unknown: (d) => `To connect and decide: rescueterm connect ${d.target}`,
      changed: (d) => `In rescue mode? rescueterm set-aside ${d.target}`,
      'other-type': (d) => `In rescue mode? rescueterm set-aside ${d.target}`,
      revoked: () => 'Ask whoever keeps the file why, and since when.',
    },
  },
  hostKey: {
    title: 'This server does not show the identity you know',
    nothingSent: 'Nothing has been sent: no user name, no password, no key.',
    known: 'You know',
    shown: 'It shows now',
    others: (d) => `this line also names ${d.names}`,
    unknownTitle: (d) => `${d.host} is not in your files`,
    authorityOnly: 'Known only through a certificate authority; its certificate cannot be checked here yet.',
    revokedTitle: 'Stop: this key is revoked',
    revokedText:
      'Whoever keeps the file has declared the key unsafe, usually because its private half is in other hands.\nRescueTerm offers no way past it, not in rescue either. Give the server new host keys in the provider’s web console.',
    thirdTitle: 'Alarm: a third key answers',
    thirdText:
      'It is neither your server’s key nor the rescue system’s. Nothing was sent, nothing changed; your lines stay set aside. Ask your provider. If it was put in rescue anew, compare its fingerprint: when it matches, this key can be accepted.',
    acceptThird: 'It was put in rescue anew: accept this key as the rescue key',
    expired: {
      title: 'The rescue key is no longer accepted',
      text: 'Its time is over. Nothing was sent, nothing changed; your lines stay set aside.',
      accept: (d) => `It is still in rescue: accept this key for another ${d.hours} h`,
    },
    question: 'What happened?',
    rescue: 'I put it in rescue mode. Your lines are set aside and put back when your system returns.',
    reinstalled: 'It was reinstalled. The new key replaces yours for good.',
    unexpected: 'I did not expect this. Someone may stand between you and the server: disconnect.',
    compare: 'Compare with a fingerprint I have',
    choose: (d) => `Your choice [${d.default}]: `,
    expected: 'Paste the fingerprint you expect: ',
    match: 'Match.',
    noMatch: 'No match: disconnect.',
    verified: 'Verified: your provider publishes this very key for this rescue system.',
    differs: 'Alarm: your provider publishes another key for this rescue system. Disconnect, then ask it.',
    notFingerprint: 'This is not a fingerprint.',
    trustOnce: 'Trust this key once',
    untilLeft: (d) => `It is in rescue mode: accept its key until the rescue is left, at most ${d.hours} h; no file is changed`,
    trustSave: (d) => `Trust and save it in ${d.file}`,
    disconnect: 'Disconnect',
    strict: 'StrictHostKeyChecking yes: unknown keys are not accepted for this host. Add its key to known_hosts first.',
    systemTitle: 'The line stands in a system file; RescueTerm cannot edit it.',
    systemCommands: 'For an administrator of this computer, to set it aside:',
    systemUndo: 'and to put it back:',
    recheck: 'The command has been run: read the file again',
    onlyHere: (d) => `Only in RescueTerm: accept the rescue key here, at most ${d.hours} h; ssh, scp and Ansible go on refusing`,
    disconnected: 'Disconnected.',
  },
  edit: {
    title: (d) => (d.n === 0 ? 'No line is set aside' : `Set ${lines(d)} aside until your system is back`),
    replaceTitle: () => 'Replace the old keys for good',
    lead: 'This is the whole edit. Nothing is written before you agree.',
    file: (d) => `Edit of ${d.file}`,
    also: (d) => `${d.file}:${d.line} also names ${d.names}. Until the line is back, ssh treats ${d.names} as never seen.`,
    alsoPattern: (d) => `${d.file}:${d.line} is a pattern (${d.names}): every server it covers is concerned.`,
    accept: (d) => `The key ${d.fingerprint} is accepted for this address only, until you leave rescue, at most ${d.hours} h.`,
    copy: (d) => `Copy of the file: ${d.file}`,
    apply: 'Apply this edit?',
    applyConnect: 'Set aside and connect? w: write the rescue key to known_hosts too, for ssh, scp and Ansible (removed on return)',
    replaceConnect: 'Replace and connect?',
    changed: 'The file changed meanwhile; nothing was written. This is the edit now:',
    dryRun: 'Dry run: nothing was changed.',
    done: (d) => `${lines(d)} set aside for ${d.host}, id ${d.id}.`,
    backAgain: (d) => `When your system is back: rescueterm watch ${d.target}, or rescueterm restore --id ${d.id}`,
    readOnly: (d) => `You may not write ${d.file}.`,
  },
  restore: {
    nothing: 'Nothing is set aside.',
    restored: (d) => `${d.host}: ${d.n === 0 ? 'the rescue key is forgotten' : `${lines(d)} put back in ${d.files}`}.`,
    verified: 'Read again and compared: as before.',
    wouldRestore: (d) => `${d.host}, id ${d.id}: ${d.files ? `${d.files} would be put back` : 'the rescue key would be forgotten'}.`,
    attention: (d) => `${d.host}, id ${d.id}: a person must decide. Nothing was lost, nothing was guessed.`,
    reason: {
      edited: 'the line was changed meanwhile',
      gone: 'the line is not there any more',
      'file-gone': 'the file is gone',
      unreadable: 'the file cannot be read',
    },
    line: (d) => `  ${d.file}${d.line ? `:${d.line}` : ''}: ${d.reason}`,
    saved: '    saved:   ',
    current: '    now:     ',
    resumed: {
      finished: (d) => `An edit that was interrupted has been finished (id ${d.id}).`,
      'rolled-back': (d) => `An edit that was interrupted has been taken back (id ${d.id}); known_hosts is as before.`,
      restored: (d) => `A restore that was interrupted has been finished (id ${d.id}).`,
      'still-active': () => '',
      'needs-attention': (d) => `An interrupted edit needs you (id ${d.id}): rescueterm restore --id ${d.id}`,
      unreadable: (d) => `The record of an earlier edit cannot be read (id ${d.id}). Marked lines begin with #rescueterm:${d.id}.`,
    },
  },
  watch: {
    begin: (d) =>
      `Waiting for ${d.known ? 'the known key' : 'another key than the rescue key'} of ${d.host}. Nothing but the key exchange is sent. Ctrl-C stops waiting.`,
    answer: {
      nothing: 'Nothing answers.',
      'port-open': 'The port is open, no key yet.',
      'rescue-key': 'The rescue key answers: still in rescue.',
      'known-key': 'Your own key answers.',
      'other-key': 'Another key than the rescue key answers.',
      'third-key': 'A third key answers.',
    },
    third: (d) =>
      `Alarm: a third key answers, ${d.type} ${d.fingerprint}. It is neither yours nor the rescue system’s. Nothing was changed; ask your provider.`,
    interrupted: (d) => `Stopped waiting. ${d.n === 0 ? 'The rescue key stays accepted' : `${lines(d)} stay set aside`} (id ${d.id}).`,
  },
  status: {
    nothing: 'Nothing is set aside.',
    row: (d) => `${d.host}  ${d.state}, ${d.n === 0 ? 'rescue key accepted' : `${lines(d)} set aside`} since ${d.since}  (id ${d.id})`,
    state: {
      prepared: 'being set aside',
      active: 'in rescue',
      restoring: 'being put back',
      restored: 'put back',
      'rolled-back': 'taken back',
      'needs-attention': 'needs you',
      abandoned: 'given up',
    },
    third: '  Alarm: a third key answered.',
    next: (d) => `  next: ${d.command}`,
  },
  connect: {
    connecting: (d) => `Connecting to ${d.host} port ${d.port}…`,
    rescue: (d) => `RESCUE ${d.host}: temporary system. Only what you write under /mnt survives the reboot.`,
    stillAside: (d) =>
      `${d.n === 0 ? `The rescue key is accepted for ${d.host}` : `${lines(d)} of known_hosts stay set aside for ${d.host}`}. When your system is back: rescueterm watch ${d.target}`,
    restored: (d) => `Your own key answered: ${lines(d)} put back.`,
    password: (d) => `${d.rescue ? 'Rescue password' : 'Password'} of ${d.user}: `,
    passphrase: (d) => `Passphrase of ${d.file}: `,
    passwordExpired: 'The password has expired. The server wants a new one:',
    newPassword: (d) => `New password of ${d.user}: `,
    newPasswordAgain: 'The same once more: ',
    passwordsDiffer: 'These are not the same.',
    keyFile: (d) => `Key file${d.default ? ` [${d.default}]` : ''}: `,
    useKey: '(Enter alone: use a key file)',
    serverSays: 'The server says:',
    closed: (d) => `Connection to ${d.host} closed.`,
    notes: {
      'match-exec-slow': () => 'Reading the ssh configuration took long: a Match exec runs a slow command.',
      'ssh-missing': () => 'ssh is not installed: its configuration was read by RescueTerm itself.',
      'proxy-unsupported': (d) => `The configured proxy (${d.proxy ?? ''}) is not supported yet.`,
    },
  },
  practice: {
    title: 'Practice: a server inside RescueTerm, on 127.0.0.1. Nothing here is real, nothing can break.',
    intro:
      'Rescue mode starts the server from another disk, with another host key. Your ssh then refuses it.\nIn a minute you will see why, and what happens to a known_hosts file (its own, never yours).',
    steps: (d) => `The drill:
  1  ${d.connect}: you are in, without a question. Leave with exit.
  2  ${d.rescue}: you play the provider and put it in rescue mode.
  3  ${d.connect}: answer the question about its key with 1, look at the edit, agree.
  4  Sign in with the rescue password shown here. Try: lsblk, mount /dev/sdb1 /mnt, ls /mnt. Leave with exit.
  5  ${d.normal}: boot it normally. The lines go back and are compared byte for byte.`,
    running: {
      normal: (d) => `The server runs normally on 127.0.0.1 port ${d.port}.`,
      rescue: (d) => `The server is in rescue mode on 127.0.0.1 port ${d.port}.`,
      restarting: () => 'The server restarts…',
      stopped: () => 'The server is stopped.',
    },
    password: (d) => `Rescue password: ${d.password}`,
    ssh: 'With plain ssh:',
    rescueterm: 'With RescueTerm, in another terminal:',
    keys: 'Keys: c connect here   r put it in rescue mode   n boot it normally   q quit',
    back: (d) => `Your own key answered: ${lines(d)} of the practice known_hosts are back, compared byte for byte. That was the drill.`,
    stopped: 'The practice server is stopped.',
  },
}
