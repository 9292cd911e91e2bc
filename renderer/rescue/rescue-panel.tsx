/** The right panel: where one is in the rescue and what comes next. In practice it also is the provider's site, in two buttons. */
import { ActionIcon, Button, UnstyledButton } from '@mantine/core'
import { IconCheck, IconLayoutSidebarRightCollapse } from '@tabler/icons-react'
import type { Intervention } from '../../shared/intervention.js'
import type { TerminalSession } from '../../shared/terminal-session.js'
import { changeSettings, togglePanel } from '../actions.js'
import { api, call } from '../api.js'
import { useT } from '../i18n.js'
import { useAppPart, useIntervention } from '../state.js'
import { isOpenIntervention } from '../tabs/tab-label.js'
import { CopyButton } from '../ui/copy-button.js'
import { useFormat, useNow } from '../ui/format.js'
import { Finding, type FindingKind } from '../ui/glyphs.js'
import { currentStep, type StepName, stepNames } from './steps.js'
import './rescue.css'

export function RescuePanel({ session }: { session: TerminalSession }) {
  const t = useT()
  const format = useFormat()
  const now = useNow(30_000)
  const intervention = useIntervention(session.interventionId)
  const open = intervention && isOpenIntervention(intervention) ? intervention : undefined
  const step = currentStep(session, open)
  return (
    <div className="rt-rescue-panel">
      <div className="rt-row rt-between">
        <div>
          <b>{session.name}</b>
          <div className="rt-sm rt-dim">
            {session.practice
              ? t('rescue.practice.sub')
              : open && t('rescue.panel.since', { duration: format.duration(now.getTime() - new Date(open.since).getTime()) })}
          </div>
        </div>
        <ActionIcon aria-label={t('rescue.panel.hide')} onClick={togglePanel}>
          <IconLayoutSidebarRightCollapse size={16} />
        </ActionIcon>
      </div>
      <Stepper step={step} intervention={open} />
      {session.practice ? <Practice step={step} intervention={open} /> : open && <Guidance step={step} intervention={open} />}
    </div>
  )
}

function Stepper({ step, intervention }: { step: StepName; intervention: Intervention | undefined }) {
  const t = useT()
  const at = stepNames.indexOf(step)
  return (
    <ol className="rt-steps">
      {stepNames.map((name, index) => (
        <li key={name} {...(name === step ? { 'aria-current': 'step' as const } : {})}>
          {index < at ? (
            <IconCheck className="rt-accent" size={20} aria-hidden />
          ) : (
            <span className="rt-step-number" aria-hidden="true">
              {index + 1}
            </span>
          )}
          <span className={name === step ? 'rt-bright' : 'rt-dim'}>{t(`rescue.step.${name}`)}</span>
          {name === 'hostKey' && intervention && index < at && (
            <span className="rt-sm rt-dim">{t('rescue.step.fact.aside', { n: intervention.setAside })}</span>
          )}
        </li>
      ))}
    </ol>
  )
}

const diskCommands = ['lsblk -f', 'mount /dev/sdb1 /mnt', 'chroot /mnt /bin/bash']
const leaveCommands = ['cd / && sync', 'umount -R /mnt']

function Guidance({ step, intervention }: { step: StepName; intervention: Intervention }) {
  const t = useT()
  return (
    <>
      {step === 'signIn' && <p>{t('rescue.guide.signIn')}</p>}
      {step === 'disks' && (
        <section>
          <h2>{t('rescue.guide.disks')}</h2>
          <p className="rt-sm">{t('rescue.guide.disksText')}</p>
          {diskCommands.map((command) => (
            <Command key={command} text={command} />
          ))}
        </section>
      )}
      {intervention.watch?.purpose === 'leaving' ? (
        <p>{t('rescue.wait.panelNote')}</p>
      ) : (
        <div className="rt-panel-foot">
          <span className="rt-sm rt-dim">{t('rescue.guide.leave')}</span>
          {step === 'disks' && leaveCommands.map((command) => <Command key={command} text={command} />)}
          <Button size="sm" onClick={() => void call(api.intervention.leave({ id: intervention.id }))}>
            {t('rescue.leave.title')}
          </Button>
        </div>
      )}
    </>
  )
}

function Command({ text }: { text: string }) {
  return (
    <div className="rt-row rt-between">
      <code>{text}</code>
      <CopyButton text={text} label={text} />
    </div>
  )
}

function Practice({ step, intervention }: { step: StepName; intervention: Intervention | undefined }) {
  const t = useT()
  const practice = useAppPart((app) => app.practice)
  const hidden = useAppPart((app) => app.settings.hidePracticeIntroduction)
  const at = stepNames.indexOf(step)
  const inRescue = practice.mode === 'rescue' || (practice.mode === 'restarting' && practice.next === 'rescue')
  const kind = (from: number, to: number): FindingKind => (at > to ? 'fine' : at >= from ? 'person' : 'todo')
  async function boot() {
    await call(api.practice.setMode({ mode: 'normal' }))
    if (intervention?.state === 'active') await call(api.intervention.leave({ id: intervention.id }))
  }
  return (
    <>
      {!hidden && (
        <section>
          <div className="rt-row rt-between">
            <h2>{t('rescue.practice.title')}</h2>
            <UnstyledButton className="rt-link" onClick={() => void changeSettings({ hidePracticeIntroduction: true })}>
              {t('rescue.practice.hide')}
            </UnstyledButton>
          </div>
          <p>{t('rescue.practice.lead')}</p>
          <Item kind={inRescue ? 'fine' : kind(0, 0)} title={t('rescue.practice.d1')} text={t('rescue.practice.d1t')} />
          <Item kind={kind(1, 1)} title={t('rescue.practice.d2')} text={t('rescue.practice.d2t')} />
          <Item kind={kind(2, 2)} title={t('rescue.practice.d3')} text={t('rescue.practice.d3t')} />
          <Item kind={kind(3, 5)} title={t('rescue.practice.d4')} text={t('rescue.practice.d4t')} />
        </section>
      )}
      <div className="rt-panel-foot">
        <div className="rt-row rt-between rt-sm">
          <span className="rt-dim">{t('rescue.practice.provider')}</span>
          <span role="status">{t(`rescue.practice.mode.${practice.mode}`)}</span>
        </div>
        <Button
          size="sm"
          fullWidth
          variant={inRescue ? 'default' : 'filled'}
          disabled={practice.mode === 'restarting'}
          onClick={() => void call(api.practice.setMode({ mode: 'rescue' }))}
        >
          {t('rescue.practice.rescue')}
        </Button>
        <Button
          size="sm"
          fullWidth
          variant={inRescue ? 'filled' : 'default'}
          disabled={practice.mode !== 'rescue'}
          onClick={() => void boot()}
        >
          {t('rescue.practice.normal')}
        </Button>
      </div>
    </>
  )
}

function Item({ kind, title, text }: { kind: FindingKind; title: string; text: string }) {
  return (
    <div className="rt-row rt-top" style={{ marginTop: 12 }}>
      <Finding kind={kind} />
      <div>
        <div className={kind === 'person' ? 'rt-bright' : ''}>{title}</div>
        <div className="rt-sm rt-dim">{text}</div>
      </div>
    </div>
  )
}
