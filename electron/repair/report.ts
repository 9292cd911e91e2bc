/**
 * The diagnosis as a document for a support ticket: Markdown for people, JSON for programs, in a language of its own. It says what was
 * found, what speaks for the hardware, what could not be tested, what was run and changed. Nothing is sent anywhere. Pure.
 */
import { type FindingLanguage, findingText } from '../../shared/findings/text.js'
import type { DisksState } from '../../shared/machine.js'
import type { Change, Finding, RepairState } from '../../shared/repair.js'
import type { SpeedResult } from '../../shared/speed.js'
import { type Removed, redact } from './redact.js'

export interface ReportInput {
  name: string
  at: Date
  language: FindingLanguage
  disks: DisksState
  repair: RepairState
  speed: SpeedResult | undefined
  parts: { evidence: boolean; commands: boolean }
}

export interface Report {
  verdict: 'software' | 'hardware' | 'nothing-found' | 'unknown'
  markdown: string
  json: unknown
  fileName: string
  removed: Removed
}

// What points at the machine rather than at what is written on it.
const hardwareCodes = /^(?:fs-btrfs-errors|speed-io-errors|speed-smart-failing|speed-raid-degraded|speed-memory-errors)/

const texts = {
  en: {
    title: 'rescue diagnosis',
    verdict: 'Verdict',
    software: 'Software, as far as can be seen from here.',
    hardware: 'Hardware is likely: see the findings that name it.',
    'nothing-found': 'No fault was found.',
    unknown: 'Not everything could be examined.',
    counts: (faults: number, fixed: number) => `${faults} open, ${fixed} fixed.`,
    system: 'System on the disk',
    changes: 'Changes made',
    commands: 'Commands run',
    look: 'To look at',
    untested: 'Could not be examined',
    fine: 'Fine',
    disk: 'Disk speed',
    none: 'none',
  },
  fr: {
    title: 'diagnostic du rescue',
    verdict: 'Verdict',
    software: 'Logiciel, autant qu’on puisse en juger d’ici.',
    hardware: 'Le matériel est probable\u00a0: voir les constats qui le nomment.',
    'nothing-found': 'Aucun défaut trouvé.',
    unknown: 'Tout n’a pas pu être contrôlé.',
    counts: (faults: number, fixed: number) => `${faults} ouvert${faults > 1 ? 's' : ''}, ${fixed} réparé${fixed > 1 ? 's' : ''}.`,
    system: 'Système sur le disque',
    changes: 'Modifications faites',
    commands: 'Commandes exécutées',
    look: 'À voir',
    untested: 'N’a pas pu être contrôlé',
    fine: 'Correct',
    disk: 'Vitesse du disque',
    none: 'aucune',
  },
} as const

export function writeReport(input: ReportInput): Report {
  const { name, at, language, disks, repair, speed, parts } = input
  const words = texts[language]
  const removed: Removed = {}
  const findings = repair.tasks.flatMap(({ findings: all }) => all)
  const faults = findings.filter(({ state }) => state === 'fault')
  const fixed = repair.changes.filter(({ result }) => result === 'verified')
  const verdict = judge(repair, findings, fixed, speed)
  const title = (finding: Finding | Change) => findingText(finding.words, 'title', language) || finding.words.code
  const full = (finding: Finding) => [
    `## ${title(finding)}`,
    findingText(finding.words, 'text', language),
    ...(parts.evidence
      ? finding.evidence.flatMap(({ source, line, text }) => [
          '',
          `${source}${line ? `:${line}` : ''}`,
          ...text.split('\n').map((row) => `    ${row}`),
        ])
      : []),
    '',
  ]
  const listed = (heading: string, state: Finding['state']) => {
    const some = findings.filter((one) => one.state === state)
    return some.length === 0 ? [] : [`## ${heading}`, ...some.map((one) => `- ${title(one)}`), '']
  }
  const mounted = disks.volumes.find(({ path }) => path === disks.mounted?.device)
  const markdown = redact(
    [
      `# ${name}: ${words.title}`,
      `${at.toISOString()} · RescueTerm`,
      '',
      `## ${words.verdict}`,
      `${words[verdict]} ${words.counts(faults.length, fixed.length)}`,
      '',
      ...(mounted?.system
        ? [`## ${words.system}`, `${mounted.system.os}, ${mounted.system.hostname} (${mounted.path}, ${mounted.fileSystem})`, '']
        : []),
      ...faults.flatMap(full),
      ...findings.filter(({ state }) => state === 'warning').flatMap(full),
      ...listed(words.untested, 'unknown'),
      ...listed(words.fine, 'fine'),
      ...(speed ? [`## ${words.disk}`, ...speedRows(speed), ''] : []),
      `## ${words.changes}`,
      ...(repair.changes.length === 0
        ? [words.none]
        : repair.changes.map(
            (change) => `- ${change.at} ${title(change)} (${change.result})${change.files.map(({ path }) => ` ${path}`).join('')}`,
          )),
      '',
      ...(parts.commands
        ? [
            `## ${words.commands}`,
            ...repair.commands.map(({ at: when, command, exitCode }) => `    ${when} [${exitCode ?? '-'}] ${command}`),
            '',
          ]
        : []),
    ].join('\n'),
    removed,
  )
  const json = withoutSecrets({
    version: 1,
    name,
    at: at.toISOString(),
    verdict,
    system: mounted?.system,
    findings: findings.map(({ proposals, evidence, words: code, ...finding }) => ({
      ...finding,
      ...code,
      title: findingText(code, 'title', language),
      ...(parts.evidence ? { evidence } : {}),
    })),
    changes: repair.changes,
    ...(parts.commands ? { commands: repair.commands } : {}),
    ...(speed ? { speed: { ...speed, commands: [] } } : {}),
  })
  const stamp = at.toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-')
  return { verdict, markdown, json, fileName: `${name.replaceAll(/[^\w.-]+/g, '_')}-${stamp}`, removed }
}

/** Value by value: inside the encoded document a replacement could cut an escape in half. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return redact(value, {})
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutSecrets(part)]))
}

function judge(
  repair: RepairState,
  findings: readonly Finding[],
  fixed: readonly Change[],
  speed: SpeedResult | undefined,
): Report['verdict'] {
  const isHardware = findings.some(({ state, words }) => (state === 'fault' || state === 'warning') && hardwareCodes.test(words.code))
  if (isHardware || speed?.verdict === 'errors') return 'hardware'
  if (fixed.length > 0 || findings.some(({ state }) => state === 'fault')) return 'software'
  // Every task but the measurement, which is asked for apart.
  const isWhole = repair.tasks.every(({ task, phase }) => phase === 'done' || task === 'speed')
  return isWhole ? 'nothing-found' : 'unknown'
}

function speedRows({ randomRead, randomWrite, sequentialRead, sequentialWrite, device, tool }: SpeedResult): string[] {
  const rate = (bytes: number) => `${Math.round(bytes / 1e6)} MB/s`
  return [
    `${device}, ${tool}`,
    ...(randomRead
      ? [`- random read 4 KiB: ${Math.round(randomRead.iops)} IOPS${randomRead.latency ? `, 99 % in ${randomRead.latency.p99} ms` : ''}`]
      : []),
    ...(randomWrite ? [`- random write 4 KiB: ${Math.round(randomWrite.iops)} IOPS`] : []),
    ...(sequentialRead === undefined ? [] : [`- sequential read: ${rate(sequentialRead)}`]),
    ...(sequentialWrite === undefined ? [] : [`- sequential write: ${rate(sequentialWrite)}`]),
  ]
}
