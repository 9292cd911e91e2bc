/** What a provider's refusal means, what it left behind and what to do; its own words folded, as a quotation. */
import { UnstyledButton } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { ProviderKind } from '../../shared/provider.js'
import type { ProviderProblemInfo } from '../../shared/provider-problem.js'
import { type Translate, translate, useT } from '../i18n.js'
import { CopyButton } from '../ui/copy-button.js'

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

/** The same as a notification. Stays until it is closed. */
export function showProblem(problem: ProviderProblemInfo, provider: ProviderKind | undefined) {
  const id = `problem-${problem.problem}` // the same refusal again replaces its words instead of piling up
  notifications.hide(id)
  notifications.show({
    id,
    message: <ProblemText problem={problem} provider={provider} />,
    autoClose: false,
    withBorder: true,
    closeButtonProps: { 'aria-label': translate('common.close') },
  })
}

function Details({ text }: { text: string }) {
  const t = useT()
  const [open, setOpen] = useState(false)
  return (
    <>
      <UnstyledButton className="rt-link rt-sm" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('common.details')}
      </UnstyledButton>
      {open && (
        <div className="rt-quote">
          <span>{text}</span>
          <CopyButton text={text} />
        </div>
      )}
    </>
  )
}

export const providerName = (provider: ProviderKind | undefined, t: Translate) =>
  provider ? t(`providers.name.${provider}`) : t('enter.provider')

/** Placeholders of the problems' texts, for a fault that came without them. */
const nothingKnown = { right: '?', seconds: '?', task: '?', state: '?' }
