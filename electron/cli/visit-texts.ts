/** Words of the commands that visit a rescue system, loaded with them: `check` starts without. */
import { IntlMessageFormat } from 'intl-messageformat'
import enEnter from '../../renderer/locales/en/enter.json'
import enProviders from '../../renderer/locales/en/providers.json'
import frEnter from '../../renderer/locales/fr/enter.json'
import frProviders from '../../renderer/locales/fr/providers.json'
import type { AnswerKind } from '../../shared/intervention.js'
import type { ChainLink, DiskRole, FoundSystem, Risk } from '../../shared/machine.js'
import type { MachineState, ManualWay, ProgressState, ProviderKind } from '../../shared/provider.js'
import { providerKinds } from '../../shared/provider-names.js'
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import type { ServerBadge } from '../../shared/server.js'
import type { LeavingItemId, RescuePasswordState } from '../../shared/visit.js'
import type { Say } from './texts.js'

export interface VisitTexts {
  useYes: string
  useConfirm: Say
  useSkip: Say
  // disks
  rescueSystem: Say
  link: Record<ChainLink['state'], string>
  role: Record<DiskRole, string>
  keys: Record<FoundSystem['identity']['kind'], Say>
  mounted: Say
  willRun: string
  risk: Record<Risk, string>
  runThese: string
  passphrase: string
  nothingToDo: string
  notProven: string
  // servers
  noServers: string
  badge: Record<ServerBadge, string>
  machineState: Record<MachineState, string>
  // enter
  enterTitle: Say
  enterStop: string
  enterState: Say
  enterRequests: string
  typeName: Say
  percent: Say
  progress: Record<ProgressState['kind'], string>
  enterAnswer: Record<AnswerKind, string>
  overdue: string
  restartGoesOn: string
  onlyHere: Say
  goOn: Say
  lookingForPassword: string
  passwordFound: Say
  accountKeys: string
  otherUser: Say
  passwordLink: Say
  source: Record<NonNullable<RescuePasswordState['source']>, string>
  // leave
  leaveQuestion: string
  leaveItem: Record<LeavingItemId, string>
  faultQuestion: string
  bootModeDone: string
  restartNow: string
  onlyHereLeaving: Say
  noReboot: string
  unmounted: { done: string; nothing: string; skipped: Say }
  backToNormal: Say
  anotherAnswers: Say
  nothingAside: Say
  // diagnose
  examining: string
  saved: Say
}

type Language = 'en' | 'fr'
const languages: Record<Language, () => Promise<VisitTexts>> = {
  en: async () => (await import('./visit-texts.en.js')).en,
  fr: async () => (await import('./visit-texts.fr.js')).fr,
}
export const loadVisitTexts = (language: Language): Promise<VisitTexts> => languages[language]()

// The window's own words for what a provider answers: one voice.
const providers = { en: enProviders, fr: frProviders }

/** What went wrong at the provider, and what to do. Its own sentence follows in parentheses. */
export function problemText(
  { problem, data, detail }: ProviderProblemInfo,
  provider: ProviderKind | undefined,
  language: Language,
): string {
  const { title, text } = providers[language].problem[problem]
  const { name } = providers[language]
  const values = { ...nothingKnown, provider: provider ? name[provider] : someProvider[language], ...data }
  const say = (message: string) => String(new IntlMessageFormat(message, language, undefined, { ignoreTag: true }).format(values))
  return `${capital(say(title))}\n${capital(say(text))}${detail ? ` (${detail})` : ''}`
}
const someProvider = { en: enEnter.provider, fr: frEnter.provider }
/** Placeholders of the problems' texts, for a fault that came without them. */
const nothingKnown = { right: '?', seconds: '?', task: '?', state: '?' }
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** A change that was asked for and failed: why, what it left behind, and the way by hand. `way` is of the same machine. */
export function changeProblemText(info: ProviderProblemInfo, way: ManualWay, language: Language): string {
  const provider = providerKinds.find((kind) => way.id.startsWith(kind))
  return [problemText(info, provider, language), providers[language].changed[info.changed], ...manualSteps(way, language)].join('\n')
}

/** The provider's panel and the steps there, numbered and indented. */
export function manualSteps({ id, direction, panel }: ManualWay, language: Language): string[] {
  const steps: Record<string, string> = providers[language].manual[id][direction]
  return [...(panel ? [`  ${panel}`] : []), ...Object.entries(steps).map(([number, step]) => `  ${number}. ${step}`)]
}
