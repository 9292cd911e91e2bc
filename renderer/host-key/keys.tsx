/** The two sides of the question: what the files hold, and what the server shows. */
import { IconLink, IconLock } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { KnownEntry, PresentedKey } from '../../shared/host-key.js'
import { useT } from '../i18n.js'
import { Fingerprint } from '../ui/fingerprint.js'
import { Rich } from '../ui/rich.js'
import { consoleCommand, typeName } from './question-page.js'
import { Place } from './question-parts.js'

/** All recorded lines that decide, none left out. */
export function KnownKeys({ entries, authority }: { entries: readonly KnownEntry[]; authority?: boolean }) {
  const t = useT()
  return (
    <section>
      <h3>{t('host-key.hostKey.known')}</h3>
      {entries.map((entry) => (
        <div className="rt-hk-entry" key={`${entry.file}:${entry.line}`}>
          <div className="rt-hk-line">
            <b>{authority ? t('host-key.ca.authority', { type: typeName(entry.type) }) : typeName(entry.type)}</b>
            <span className="rt-hk-where">
              {entry.system && (
                <IconLock className="rt-i rt-dim" size={14} stroke={1.75} role="img" aria-label={t('host-key.sysfile.owner')} />
              )}
              <Place file={entry.file} line={entry.line} />
            </span>
          </div>
          <Fingerprint value={entry.fingerprint} />
          {!authority && entry.otherNames.length > 0 && (
            <div className="rt-sm rt-hk-shared">
              <IconLink className="rt-i" size={14} stroke={1.75} aria-hidden />
              <span>
                <Rich
                  text={entry.pattern ? 'host-key.hostKey.pattern' : 'host-key.hostKey.shared'}
                  values={{ names: entry.otherNames.join(', ') }}
                />
              </span>
            </div>
          )}
          {!authority && entry.pattern && entry.otherNames.length === 0 && <div className="rt-sm">{t('host-key.hostKey.patternOnly')}</div>}
        </div>
      ))}
    </section>
  )
}

export function ShownKey({ presented, children }: { presented: PresentedKey; children?: ReactNode }) {
  const t = useT()
  return (
    <section>
      <h3>{t('host-key.hostKey.shown')}</h3>
      <div className="rt-hk-entry">
        <div className="rt-hk-line">
          <b>{typeName(presented.type)}</b>
          <span className="rt-dim rt-sm">{t('host-key.hostKey.neverSeen')}</span>
        </div>
        <Fingerprint value={presented.fingerprint} />
      </div>
      <div className="rt-hk-picture">
        <Randomart presented={presented} />
        {children}
      </div>
    </section>
  )
}

export function Randomart({ presented }: { presented: PresentedKey }) {
  const t = useT()
  return (
    <pre className="rt-hk-art" role="img" aria-label={t('host-key.hostKey.art')}>
      {presented.randomart}
    </pre>
  )
}

/** How to see the same text and picture on a way that does not pass the network. */
export function ConsoleHint({ type }: { type: string }) {
  const t = useT()
  return (
    <p className="rt-sm rt-dim rt-hk-console">
      {t('host-key.hostKey.console')} <code>{consoleCommand(type)}</code>
    </p>
  )
}
