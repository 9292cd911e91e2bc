import { UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { findingText } from '../../shared/findings/text.js'
import type { Evidence, Finding as FindingState, RepairTaskId } from '../../shared/repair.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import type { VisitState } from '../../shared/visit.js'
import { useLanguage, useT } from '../i18n.js'
import { Finding, type FindingKind } from '../ui/glyphs.js'
import { ProposalForm } from './proposal-form.js'

export const signOfFinding: Record<FindingState['state'], FindingKind> = { fault: 'fail', warning: 'look', fine: 'fine', unknown: 'todo' }

interface FindingRowProps {
  visit: VisitState
  session: TerminalSession
  task: RepairTaskId
  finding: FindingState
}

/** One finding: its cause, what would mend it, and what it rests on one click away. What is fine is one line. */
export function FindingRow({ visit, session, task, finding }: FindingRowProps) {
  const t = useT()
  const language = useLanguage()
  const isFine = finding.state === 'fine'
  return (
    <div className="rt-finding">
      <Finding kind={signOfFinding[finding.state]} label={t(`repair.state.${finding.state}`)} />
      <div>
        {isFine ? findingText(finding.words, 'title', language) : <b>{findingText(finding.words, 'title', language)}</b>}
        {!isFine && <p className="rt-sm">{findingText(finding.words, 'text', language)}</p>}
        {finding.proposals.map((proposal) => (
          // Another digest is another proposal: what was typed or agreed to belongs to the old one.
          <ProposalForm
            key={`${proposal.id} ${proposal.digest}`}
            visit={visit}
            session={session}
            task={task}
            finding={finding}
            proposal={proposal}
          />
        ))}
        {!isFine && finding.evidence.length > 0 && <EvidenceList evidence={finding.evidence} />}
      </div>
    </div>
  )
}

function EvidenceList({ evidence }: { evidence: readonly Evidence[] }) {
  const t = useT()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <UnstyledButton className="rt-link rt-sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {t('repair.evidence')}
      </UnstyledButton>
      {isOpen &&
        evidence.map(({ source, line, text }, index) => (
          <section key={index} aria-label={source}>
            <div className="rt-dim rt-sm">{line === undefined ? source : t('repair.source', { source, line })}</div>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long texts are scrolled by the arrows */}
            <pre className="rt-commands rt-evidence" tabIndex={0}>
              {text}
            </pre>
          </section>
        ))}
    </>
  )
}
