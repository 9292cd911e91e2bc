import { UnstyledButton } from '@mantine/core'
import { IconCheck, IconMinus } from '@tabler/icons-react'
import type { Intervention } from '../../shared/intervention.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import type { VisitState } from '../../shared/visit.js'
import { useT } from '../i18n.js'
import { useFormat } from '../ui/format.js'
import { type ByHand, byHand, type StepFact, type StepMark, type StepName, stepFact, stepMarks, stepNames } from './steps.js'

interface StepperProps {
  step: StepName
  ticked: readonly StepName[]
  session: TerminalSession | undefined
  intervention: Intervention | undefined
  visit: VisitState | undefined
  /** Set while the steps by hand can be chosen. */
  onStep?: ((step: ByHand) => void) | undefined
}

const isByHand = (name: StepName): name is ByHand => (byHand as readonly string[]).includes(name)

/** Six steps that never move; in a low window one line with six segments (rescue.css shows one of the two). */
export function Stepper({ step, ticked, session, intervention, visit, onStep }: StepperProps) {
  const t = useT()
  const at = stepNames.indexOf(step)
  const marks = stepMarks(step, ticked)
  const next = stepNames[at + 1]
  return (
    <>
      <ol className="rt-steps">
        {stepNames.map((name, index) => {
          const mark = marks[name]
          const words = t(`rescue.step.${name}`)
          return (
            <li key={name} className={`rt-step-${mark}`} {...(mark === 'now' ? { 'aria-current': 'step' as const } : {})}>
              <StepNumber mark={mark} number={index + 1} />
              {onStep && isByHand(name) && name !== step ? (
                <UnstyledButton className="rt-step-way" onClick={() => onStep(name)}>
                  {words}
                </UnstyledButton>
              ) : (
                <span>{words}</span>
              )}
              <span className="rt-step-fact">{mark === 'done' && <Fact fact={stepFact(name, session, intervention, visit)} />}</span>
            </li>
          )
        })}
      </ol>
      <div className="rt-step-line">
        <b>{t('rescue.step.line', { n: at + 1, name: t(`rescue.step.${step}`) })}</b>
        {next && <div className="rt-dim rt-sm">{t('rescue.step.next', { name: t(`rescue.step.${next}`) })}</div>}
        <div className="rt-step-segments" aria-hidden="true">
          {stepNames.map((name) => (
            <i key={name} className={`rt-${marks[name]}`} />
          ))}
        </div>
      </div>
    </>
  )
}

function StepNumber({ mark, number }: { mark: StepMark; number: number }) {
  const t = useT()
  if (mark === 'done' || mark === 'passed') {
    const Icon = mark === 'done' ? IconCheck : IconMinus
    return (
      <span className="rt-step-number" role="img" aria-label={t(`rescue.step.${mark}`)}>
        <Icon size={14} stroke={1.75} />
      </span>
    )
  }
  return (
    <span className="rt-step-number" aria-hidden>
      {number}
    </span>
  )
}

function Fact({ fact }: { fact: StepFact | undefined }) {
  const t = useT()
  const format = useFormat()
  switch (fact?.kind) {
    case 'time':
      return format.time(fact.at)
    case 'aside':
      return t('rescue.step.fact.aside', { n: fact.n })
    case 'accepted':
      return t('rescue.step.fact.accepted')
    case 'signed-in':
      return t('rescue.step.fact.signedIn', { user: fact.user, time: format.time(fact.at) })
    case 'mounted':
      return t('rescue.step.fact.mounted', { disk: fact.disk, root: fact.root })
    case 'fixed':
      return t('rescue.step.fact.fixed', { n: fact.n })
    default:
      return null
  }
}
