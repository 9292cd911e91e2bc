import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { findingText } from '../../shared/findings/text.js'
import type { PlannedCommand } from '../../shared/machine.js'
import type { Finding, Proposal, ProposalAnswer, RepairTaskId, StepPreview } from '../../shared/repair.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import type { VisitState } from '../../shared/visit.js'
import { api } from '../api.js'
import { editMounted } from '../files/store.js'
import { useLanguage, useT } from '../i18n.js'
import { Diff } from '../ui/diff.js'
import { Risk } from '../ui/risk.js'
import { useAction } from '../ui/use-action.js'
import { WillRun } from '../ui/will-run.js'
import { AnswerForm } from './answer-form.js'
import { diffRows } from './summary.js'

interface ProposalFormProps {
  visit: VisitState
  session: TerminalSession
  task: RepairTaskId
  finding: Finding
  proposal: Proposal
}

/** What would mend a finding, whole, before a yes: edits, commands, the way back, the risk. The yes is bound to exactly this. */
export function ProposalForm({ visit, session, task, finding, proposal }: ProposalFormProps) {
  const t = useT()
  const language = useLanguage()
  const { runAndWait, isBusy } = useAction()
  // The answer holds a password for as long as the steps for it are on screen.
  const [planned, setPlanned] = useState<{ proposal: Proposal; answer: ProposalAnswer } | undefined>(
    proposal.input ? undefined : { proposal, answer: { kind: 'none' } },
  )
  const [typed, setTyped] = useState('')
  const choice = { id: visit.id, task, findingId: finding.id, proposalId: proposal.id }
  const isOff = isBusy || !visit.isConnected || visit.repair.busy !== undefined
  const name = findingText(proposal.words, 'do', language) || findingText(proposal.words, 'title', language)

  async function plan(answer: ProposalAnswer) {
    const found = await runAndWait(api.visit.planProposal({ ...choice, answer }))
    if (found) setPlanned({ proposal: found, answer })
  }
  async function apply() {
    if (!planned) return
    const { answer, proposal: shown } = planned
    if (proposal.input) setPlanned(undefined)
    setTyped('')
    await runAndWait(api.visit.apply({ ...choice, answer, digest: shown.digest, ...(shown.typed === undefined ? {} : { typed }) }))
  }

  if (!planned) return <AnswerForm input={proposal.input!} name={name} isOff={isOff} onAnswer={(answer) => void plan(answer)} />
  const { steps, risk, undo, typed: wanted } = planned.proposal
  // With several files there is no single one to open.
  const edits = steps.filter((step) => step.kind === 'edit')
  const edited = edits.length === 1 && !edits[0]!.created ? edits[0] : undefined
  return (
    <form
      className="rt-proposal"
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault()
        void apply()
      }}
    >
      <Steps steps={steps} />
      <dl className="rt-proposal-facts rt-sm">
        <Copies steps={steps} />
        <div>
          <dt>{t('repair.undo')}</dt>
          <dd>{t(`repair.undoHow.${undo}`)}</dd>
        </div>
      </dl>
      {wanted !== undefined && (
        <TextInput
          label={t('repair.typed', { word: wanted })}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <div className="rt-proposal-do">
        <Button
          type="submit"
          size="sm"
          variant="filled"
          {...(risk === 'data' ? { color: 'danger' } : {})}
          disabled={isOff || (wanted !== undefined && typed !== wanted)}
        >
          {name}
        </Button>
        {edited && (
          <Button size="sm" disabled={isOff} onClick={() => void editMounted(session.id, edited.path)}>
            {t('repair.byHand')}
          </Button>
        )}
        {proposal.input && (
          <Button size="sm" disabled={isBusy} onClick={() => setPlanned(undefined)}>
            {t('repair.change')}
          </Button>
        )}
        <Risk risk={risk} />
      </div>
    </form>
  )
}

function Steps({ steps }: { steps: readonly StepPreview[] }) {
  const t = useT()
  const commands = steps.filter((step): step is PlannedCommand & { kind: 'run' } => step.kind === 'run')
  return (
    <>
      {steps.map((step) => {
        if (step.kind === 'run') return null
        const note = step.created ? t('repair.created') : step.removed ? t('repair.removed') : undefined
        return <Diff key={step.path} path={step.path} rows={diffRows(step.hunks)} {...(note ? { note } : {})} />
      })}
      {commands.length > 0 && <WillRun commands={commands} />}
    </>
  )
}

function Copies({ steps }: { steps: readonly StepPreview[] }) {
  const t = useT()
  const copies = steps.flatMap((step) => (step.kind === 'edit' ? (step.backup ?? []) : []))
  return copies.map((copy) => (
    <div key={copy}>
      <dt>{t('repair.backup')}</dt>
      <dd>
        <code>{copy}</code>
      </dd>
    </div>
  ))
}
