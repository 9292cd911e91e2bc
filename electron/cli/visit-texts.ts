/** Words of the commands that visit a rescue system, loaded with them: `check` starts without. */
import { IntlMessageFormat } from 'intl-messageformat'
import enProviders from '../../renderer/locales/en/providers.json'
import frProviders from '../../renderer/locales/fr/providers.json'
import type { AnswerKind } from '../../shared/intervention.js'
import type { ChainLink, DiskRole, FoundSystem, Risk } from '../../shared/machine.js'
import type { MachineState, ManualWay, ProgressState, ProviderKind } from '../../shared/provider.js'
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
  goOn: Say
  lookingForPassword: string
  passwordFound: Say
  passwordLink: Say
  source: Record<NonNullable<RescuePasswordState['source']>, string>
  // leave
  leaveQuestion: string
  leaveItem: Record<LeavingItemId, string>
  faultQuestion: string
  bootModeDone: string
  restartNow: string
  noReboot: string
  unmounted: { done: string; nothing: string; skipped: Say }
  backToNormal: Say
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
  const values = { provider: provider ? name[provider] : '', ...data }
  const say = (message: string) => String(new IntlMessageFormat(message, language, undefined, { ignoreTag: true }).format(values))
  return `${say(title)}\n${say(text)}${detail ? ` (${detail})` : ''}`
}

/** The steps in the provider's panel, numbered. */
export function manualSteps({ id, direction }: ManualWay, language: Language): string[] {
  const steps: Record<string, string> = providers[language].manual[id][direction]
  return Object.entries(steps).map(([number, step]) => `${number}. ${step}`)
}
