/** Words for people on the command line. Both languages fill the same interface, so that a missing text does not compile. */
import type { ErrorCode } from '../../shared/app-error.js'
import type { AnswerKind } from '../../shared/intervention.js'
import type { UsageError } from './arguments.js'
import { en } from './texts.en.js'

export type Data = Readonly<Record<string, string | number>>
export type Say = (data: Data) => string
/** Failures that only the command line knows. */
export type LocalCode =
  | 'usage'
  | 'interrupted'
  | 'not-a-terminal'
  | 'refused-by-person'
  | 'not-in-rescue'
  | 'looks-normal'
  | 'no-machine'
  | 'several-machines'
  | 'other-address'
  | 'needs-confirm'
  | 'no-system'

export interface Texts {
  usage: string
  noWindow: string
  seeHelp: string
  error: Record<ErrorCode | LocalCode, Say>
  badUsage: Record<UsageError['reason'], Say>
  details: Say
  yes: string
  check: {
    presented: Say
    verdict: Record<'match' | 'match-ca' | 'unknown' | 'changed' | 'other-type' | 'revoked', Say>
    entry: Say
    marker: Record<'revoked' | 'cert-authority', string>
    next: Record<'unknown' | 'changed' | 'other-type' | 'revoked', Say>
  }
  hostKey: {
    title: string
    nothingSent: string
    known: string
    shown: string
    others: Say
    unknownTitle: Say
    authorityOnly: string
    revokedTitle: string
    revokedText: string
    thirdTitle: string
    thirdText: string
    acceptThird: string
    expired: { title: string; text: string; accept: Say }
    question: string
    rescue: string
    reinstalled: string
    unexpected: string
    compare: string
    choose: Say
    expected: string
    match: string
    noMatch: string
    verified: string
    differs: string
    notFingerprint: string
    trustOnce: string
    untilLeft: Say
    trustSave: Say
    disconnect: string
    strict: string
    systemTitle: string
    systemCommands: string
    systemUndo: string
    recheck: string
    onlyHere: Say
    disconnected: string
  }
  edit: {
    title: Say
    replaceTitle: Say
    lead: string
    file: Say
    also: Say
    alsoPattern: Say
    accept: Say
    copy: Say
    apply: string
    applyConnect: string
    replaceConnect: string
    changed: string
    dryRun: string
    done: Say
    backAgain: Say
    readOnly: Say
  }
  restore: {
    nothing: string
    restored: Say
    verified: string
    wouldRestore: Say
    attention: Say
    reason: Record<'edited' | 'gone' | 'file-gone' | 'unreadable', string>
    line: Say
    saved: string
    current: string
    resumed: Record<'finished' | 'rolled-back' | 'restored' | 'still-active' | 'needs-attention' | 'unreadable', Say>
  }
  watch: {
    begin: Say
    answer: Record<AnswerKind, string>
    third: Say
    interrupted: Say
  }
  status: {
    nothing: string
    row: Say
    state: Record<'prepared' | 'active' | 'restoring' | 'restored' | 'rolled-back' | 'needs-attention' | 'abandoned', string>
    third: string
    next: Say
  }
  connect: {
    connecting: Say
    rescue: Say
    stillAside: Say
    restored: Say
    password: Say
    passphrase: Say
    passwordExpired: string
    newPassword: Say
    newPasswordAgain: string
    passwordsDiffer: string
    keyFile: Say
    useKey: string
    serverSays: string
    closed: Say
    notes: Record<'match-exec-slow' | 'ssh-missing' | 'proxy-unsupported', Say>
  }
  practice: {
    title: string
    intro: string
    steps: Say
    running: Record<'normal' | 'rescue' | 'restarting' | 'stopped', Say>
    password: Say
    ssh: string
    rescueterm: string
    keys: string
    back: Say
    stopped: string
  }
}

/** English is always there: JSON speaks it. */
const languages: Record<'en' | 'fr', () => Promise<Texts>> = {
  en: async () => en,
  fr: async () => (await import('./texts.fr.js')).fr,
}

/** `--lang`, else what the environment says (LC_ALL, LC_MESSAGES, LANG as in locale(7)), else English. */
export function chooseLanguage(asked: 'en' | 'fr' | undefined, environment: NodeJS.ProcessEnv): 'en' | 'fr' {
  if (asked) return asked
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || ''
  return /^fr(?:[_.@-]|$)/i.test(locale) ? 'fr' : 'en'
}

export const loadTexts = (language: 'en' | 'fr'): Promise<Texts> => languages[language]()
