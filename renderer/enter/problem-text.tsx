/** What a provider's refusal means, what it left behind and what to do; its own words folded, as a quotation. */
import type { ProviderKind } from '../../shared/provider.js'
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import { type Translate, useT } from '../i18n.js'
import { Details } from '../ui/error-text.js'
import { showFailure } from '../ui/notify.js'

interface ProblemProps {
  problem: ProviderProblemInfo
  provider: ProviderKind | undefined
  /** A change was asked for: what became of it belongs to the answer. */
  changed?: boolean
}

export function ProblemText({ problem, provider, changed }: ProblemProps) {
  const t = useT()
  const values = { ...nothingKnown, ...problem.data, provider: providerName(provider, t) }
  return (
    <div className="rt-error-text">
      <b>{t(`providers.problem.${problem.problem}.title`, values)}</b>
      <div className="rt-sm">{t(`providers.problem.${problem.problem}.text`, values)}</div>
      {changed && <div className="rt-sm">{t(`providers.changed.${problem.changed}`)}</div>}
      {problem.detail && <Details text={problem.detail} />}
    </div>
  )
}

/** The same as a notification. */
export const showProblem = (problem: ProviderProblemInfo, provider: ProviderKind | undefined) =>
  showFailure(`problem-${problem.problem}`, <ProblemText problem={problem} provider={provider} />)

export const providerName = (provider: ProviderKind | undefined, t: Translate) =>
  provider ? t(`providers.name.${provider}`) : t('enter.provider')

/** Placeholders of the problems' texts, for a fault that came without them. */
const nothingKnown = { right: '?', seconds: '?', task: '?', state: '?' }
