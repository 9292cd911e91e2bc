import { UnstyledButton } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import type { Intervention } from '../../shared/intervention.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { useT } from '../i18n.js'
import { useFormat } from '../ui/format.js'
import { type ByHand, byHand, type StepName, stepFact, stepNames } from './steps.js'

interface StepperProps {
  step: StepName
  session: TerminalSession
  intervention: Intervention | undefined
  /** Set while the steps by hand can be chosen. */
  onStep?: ((step: ByHand) => void) | undefined
}

const isByHand = (name: StepName): name is ByHand => (byHand as readonly string[]).includes(name)

/** Six steps that never move; in a low window one line with six segments (rescue.css shows one of the two). */
export function Stepper({ step, session, intervention, onStep }: StepperProps) {
  const t = useT()
  const at = stepNames.indexOf(step)
  const next = stepNames[at + 1]
  return (
    <>
      <ol className="rt-steps">
        {stepNames.map((name, index) => {
          const done = index < at
          const words = t(`rescue.step.${name}`)
          return (
            <li key={name} className={done ? 'rt-step-done' : ''} {...(name === step ? { 'aria-current': 'step' as const } : {})}>
              <span className="rt-step-number" {...(done ? { role: 'img', 'aria-label': t('rescue.step.done') } : { 'aria-hidden': true })}>
                {done ? <IconCheck size={14} stroke={1.75} /> : index + 1}
              </span>
              {onStep && isByHand(name) && name !== step ? (
                <UnstyledButton className="rt-step-way" onClick={() => onStep(name)}>
                  {words}
                </UnstyledButton>
              ) : (
                <span>{words}</span>
              )}
              <span className="rt-step-fact">{done && <Fact name={name} session={session} intervention={intervention} />}</span>
            </li>
          )
        })}
      </ol>
      <div className="rt-step-line">
        <b>{t('rescue.step.line', { n: at + 1, name: t(`rescue.step.${step}`) })}</b>
        {next && <div className="rt-dim rt-sm">{t('rescue.step.next', { name: t(`rescue.step.${next}`) })}</div>}
        <div className="rt-step-segments" aria-hidden="true">
          {stepNames.map((name, index) => (
            <i key={name} className={index < at ? 'rt-done' : index === at ? 'rt-now' : ''} />
          ))}
        </div>
      </div>
    </>
  )
}

function Fact({ name, session, intervention }: { name: StepName; session: TerminalSession; intervention: Intervention | undefined }) {
  const t = useT()
  const format = useFormat()
  const fact = stepFact(name, session, intervention)
  switch (fact?.kind) {
    case 'time':
      return format.time(fact.at)
    case 'aside':
      return t('rescue.step.fact.aside', { n: fact.n })
    case 'accepted':
      return t('rescue.step.fact.accepted')
    case 'signed-in':
      return t('rescue.step.fact.signedIn', { user: fact.user, time: format.time(fact.at) })
    default:
      return null
  }
}
