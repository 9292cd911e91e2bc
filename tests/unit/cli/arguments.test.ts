import { describe, expect, test } from 'vitest'
import { parseInvocation, UsageError } from '../../../electron/cli/arguments.js'

describe('parseInvocation', () => {
  test('reads what cli.md names', () => {
    const key = 'ssh-ed25519 AAAA'
    const args = [
      'check',
      'root@h:2200',
      '--known-hosts',
      'a',
      '--known-hosts',
      'b',
      '--global-known-hosts',
      'none',
      '--key',
      key,
      '--ip',
      '::1',
      '--json',
      '--lang',
      'fr',
      '--data-dir',
      'd',
    ]
    expect(parseInvocation(args)).toEqual({
      kind: 'command',
      command: 'check',
      lang: 'fr',
      json: true,
      host: { text: 'root@h:2200', user: 'root', host: 'h', port: 2200 },
      options: {
        knownHosts: ['a', 'b'],
        globalKnownHosts: [],
        key,
        ip: '::1',
        id: undefined,
        all: false,
        yes: false,
        dryRun: false,
        dataDir: 'd',
        byHand: false,
        mount: false,
        readOnly: false,
        unmount: false,
        unlock: false,
        prove: false,
        noReboot: false,
      },
    })
  })

  test.each([
    [['connect', '[2001:db8::1]:22'], { host: '2001:db8::1', port: 22 }],
    [['connect', 'ssh://me@h:23'], { host: 'h', port: 23, user: 'me' }],
    [['connect', 'h', '-p', '2222'], { host: 'h', port: 2222 }],
    [['-p2222', 'connect', 'h'], { host: 'h', port: 2222 }],
    [['restore', 'h'], { host: 'h' }],
    [['h'], { host: 'h' }],
  ])('%j', (args, host) => expect(parseInvocation(args)).toMatchObject({ host }))

  test.each([
    [['-h'], 'help'],
    [['check', '--help'], 'help'],
    [['--version'], 'version'],
    [[], 'window'],
    [['restore'], 'command'],
    [['restore', '--id', 'x'], 'command'],
    [['set-aside', 'h', '--yes', '--dry-run'], 'command'],
  ])('%j is %s', (args, kind) => expect(parseInvocation(args).kind).toBe(kind))

  test.each([
    [['connect'], 'missing-host'],
    [['watch'], 'missing-host'],
    [['connect', 'h', '--key', 'x'], 'unknown-option'],
    [['check', 'h', '--all'], 'unknown-option'],
    [['practice', '-p', '1'], 'unknown-option'],
    [['status', '--known-hosts', 'x'], 'unknown-option'],
    [['check', 'h', '--nonsense'], 'unknown-option'],
    [['check', 'h', '--key'], 'bad-option'],
    [['check', 'h', '--json=yes'], 'bad-option'],
    [['check', 'h', '--lang', 'xx'], 'bad-option'],
    [['chek', 'h'], 'unknown-command'],
    [['practice', 'h'], 'too-many-arguments'],
    [['set-aside', 'h', '--yes'], 'yes-needs-key'],
    [['restore', '--all', '--id', 'x'], 'which-restore'],
    [['check', 'h:1', '-p', '2'], 'two-ports'],
    [['servers', 'h'], 'too-many-arguments'],
    [['enter'], 'missing-host'],
    [['check', 'h', '--confirm', 'x'], 'unknown-option'],
    [['leave', 'h', '--by-hand'], 'unknown-option'],
    [['diagnose', 'h', '--mount'], 'unknown-option'],
    [['leave', 'h', '--unmount'], 'unknown-option'],
    [['enter', 'h', '--unlock'], 'unknown-option'],
    [['enter', 'h', '--prove'], 'unknown-option'],
    [['disks', 'h', '--no-reboot'], 'unknown-option'],
    [['disks', 'h', '-o', 'x'], 'unknown-option'],
    [['disks', 'h', '--read-only'], 'bad-option'],
    [['diagnose', 'h', '--report-lang', 'de'], 'bad-option'],
    [['leave', 'h', '--skip', 'boot'], 'bad-option'],
    [['leave', 'h', '--skip', 'boot=because'], 'bad-option'],
    [['leave', 'h', '--skip', 'wait=other'], 'bad-option'],
    [['leave', 'h', '--skip', 'constructor=other'], 'bad-option'],
  ])('%j: %s', (args, reason) => {
    const failed = () => parseInvocation(args)
    expect(failed).toThrow(UsageError)
    expect(failed).toThrow(reason)
  })
})
