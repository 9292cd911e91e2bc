/** What every page of the host-key dialog shares: whose question it is, heading, foot, commands to copy, and the safe answer. */
import { Button } from '@mantine/core'
import { IconChevronLeft } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { HostKeyQuestion, TerminalSession } from '../../shared/terminal-session.js'
import { api } from '../api.js'
import { useT } from '../i18n.js'
import { onceOnly } from '../rescue/commands.js'
import { nameOf } from '../tabs/tab-label.js'
import { CopyButton } from '../ui/copy-button.js'
import { Rich } from '../ui/rich.js'
import type { Expectation } from './compare-field.js'

export interface QuestionProps {
  session: TerminalSession
  question: HostKeyQuestion
  titleId: string
  expectation: Expectation
}

export const disconnect = (session: TerminalSession, question: HostKeyQuestion) =>
  void onceOnly(api.hostKey.disconnect({ sessionId: session.id, questionId: question.id }))

interface HeadProps {
  icon: ReactNode
  titleId: string
  title: string
  lead: string
  /** The server, as we know it: its name, then where it is. */
  server: { name: string; host: string; port: number; practice: boolean }
  time?: string
  /** Focus starts here, where no button is the obvious one. */
  focus?: boolean
}

export function Head({ icon, titleId, title, lead, server, time, focus }: HeadProps) {
  const t = useT()
  const { host, port } = server
  return (
    <header className="rt-hk-head">
      {icon}
      <div>
        <h1 id={titleId} tabIndex={-1} {...(focus ? { 'data-autofocus': true } : {})}>
          {title}
        </h1>
        <p>
          <b>{nameOf(server, t)}</b>{' '}
          <span className="rt-dim">
            · <Rich text="host-key.hostKey.place" values={{ host, port: String(port) }} /> {time && `· ${time} `}·
          </span>{' '}
          {lead}
        </p>
      </div>
    </header>
  )
}

/** Far left what leads back, right the answers, the safe one before the action. */
export function Foot({ left, children }: { left?: ReactNode; children: ReactNode }) {
  return (
    <footer className="rt-dialog-foot">
      {left}
      <span className="rt-grow" />
      {children}
    </footer>
  )
}

export function Escape({ words }: { words?: boolean }) {
  const t = useT()
  return (
    <>
      <kbd className="rt-kbd">{t('common.esc')}</kbd>
      {words && <span className="rt-dim rt-sm">{t('host-key.unknown.esc')}</span>}
    </>
  )
}

export function Back({ onBack, disabled = false }: { onBack: () => void; disabled?: boolean }) {
  const t = useT()
  return (
    <Button size="sm" disabled={disabled} leftSection={<IconChevronLeft size={16} stroke={1.75} />} onClick={onBack}>
      {t('common.back')}
    </Button>
  )
}

/** A command for the person to run elsewhere: whole, never cut. */
export function Command({ text, label }: { text: string; label: string }) {
  return (
    <div className="rt-hk-command">
      <code>{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  )
}

/** A path cut from the left, where it matters least; the whole is its tooltip. */
export function Place({ file, line }: { file: string; line?: number | undefined }) {
  const text = line ? `${file}:${line}` : file
  return (
    <code className="rt-hk-place rt-dim" title={text}>
      <bdi dir="ltr">{text}</bdi>
    </code>
  )
}
