import { Button, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import type { ChainLink, DisksState, MachinePlan } from '../../shared/machine.js'
import type { VisitState } from '../../shared/visit.js'
import { api } from '../api.js'
import { formatBytes } from '../files/format.js'
import { useLanguage, useT } from '../i18n.js'
import { ErrorText } from '../ui/error-text.js'
import { Finding, type FindingKind } from '../ui/glyphs.js'
import { Risk } from '../ui/risk.js'
import { useAction } from '../ui/use-action.js'
import { WillRun } from '../ui/will-run.js'
import { Title } from './parts.js'

interface LockedDisksProps {
  visit: VisitState
  disks: DisksState
  plan: MachinePlan
  onSkip: () => void
}

/** 16a: RAID, LUKS and LVM as a chain, each step opening the next, everything read-only. */
export function LockedDisks({ visit, disks, plan, onSkip }: LockedDisksProps) {
  const t = useT()
  const { isBusy, runAndWait } = useAction()
  const [passphrase, setPassphrase] = useState('')
  const asks = plan.commands.some((command) => command.asks === 'passphrase')
  async function unlock() {
    const given = passphrase
    // It is needed no more here, whatever comes of it.
    setPassphrase('')
    await runAndWait(api.visit.unlock({ id: visit.id, digest: plan.digest, ...(asks ? { passphrase: given } : {}) }))
  }
  const locked = disks.chain.find((link) => link.state === 'locked')
  return (
    <form
      className="rt-locked"
      onSubmit={(event) => {
        event.preventDefault()
        void unlock()
      }}
    >
      <div className="rt-panel-body">
        <Title visit={visit}>{t(asks ? 'disks.unlock.title' : 'disks.unlock.open')}</Title>
        <ol className="rt-chain">
          {disks.chain.map((link) => (
            <Link key={`${link.kind} ${link.name}`} link={link}>
              {asks && link === locked && (
                <>
                  <div className="rt-sm">{t('disks.unlock.luks')}</div>
                  <PasswordInput
                    aria-label={t('disks.unlock.passphrase')}
                    autoComplete="off"
                    value={passphrase}
                    data-autofocus
                    visibilityToggleButtonProps={{ 'aria-label': t('disks.unlock.show') }}
                    onChange={(event) => setPassphrase(event.currentTarget.value)}
                  />
                  <div className="rt-dim rt-sm">{t('disks.unlock.stdin')}</div>
                </>
              )}
            </Link>
          ))}
          {asks && (
            <li>
              <Finding kind="todo" />
              <div>
                <b className="rt-mono">{t('disks.unlock.inside')}</b>
                <div className="rt-dim rt-sm">{t('disks.unlock.insideText')}</div>
              </div>
            </li>
          )}
        </ol>
        <WillRun commands={plan.commands} />
      </div>
      <div className="rt-panel-foot">
        <div className="rt-row rt-sm rt-dim">
          <Risk risk={plan.risk} />
          {t('disks.unlock.why')}
        </div>
        <div className="rt-row">
          <Button className="rt-grow" type="submit" size="sm" variant="filled" disabled={isBusy || (asks && passphrase === '')}>
            {t(asks ? 'disks.unlock.do' : 'disks.unlock.doOpen')}
          </Button>
          <Button size="sm" onClick={onSkip}>
            {t('disks.unlock.skip')}
          </Button>
        </div>
      </div>
    </form>
  )
}

const signs: Record<ChainLink['state'], FindingKind> = {
  'to-open': 'todo',
  locked: 'person',
  open: 'fine',
  degraded: 'look',
  failed: 'fail',
}

/** As people write it: `RAID 1`, `LUKS2`, `LVM`. */
const kindOf = ({ kind, detail }: ChainLink) => (kind === 'lvm' ? 'LVM' : detail.replace(/^raid(?=\d)/, 'RAID '))

function Link({ link, children }: { link: ChainLink; children: React.ReactNode }) {
  const t = useT()
  const language = useLanguage()
  return (
    <li>
      <Finding kind={signs[link.state]} label={t(`disks.unlock.state.${link.state}`)} />
      <div>
        <div className="rt-volume-line">
          <b className="rt-mono">{link.name}</b> <span className="rt-dim rt-sm">{[kindOf(link), ...link.members].join(', ')}</span>
          {link.size > 0 && <span className="rt-volume-size rt-dim rt-num">{formatBytes(link.size, language)}</span>}
        </div>
        {link.missing > 0 && (
          <>
            <b>{t('disks.unlock.missing', { n: link.missing })}</b>
            <div className="rt-dim rt-sm">{t('disks.unlock.missingText', { members: link.members.join(', ') })}</div>
          </>
        )}
        {link.error && <ErrorText error={link.error} compact />}
        {children}
      </div>
    </li>
  )
}
