/** The two sides of the question: what the files hold, and what the server shows. */
import type { KnownEntry, PresentedKey } from '../../shared/host-key.js'
import { useT } from '../i18n.js'
import { CopyButton } from '../ui/copy-button.js'
import { Fingerprint } from '../ui/fingerprint.js'
import { Rich } from '../ui/rich.js'

/** `ssh-ed25519` → `ED25519`, as OpenSSH's messages call it. */
export const shortType = (type: string) => type.replace(/^(ssh-|ecdsa-sha2-)/, '').toUpperCase()

export function KnownKeys({ entries }: { entries: readonly KnownEntry[] }) {
  const t = useT()
  return (
    <section>
      <h2>{t('host-key.hostKey.known')}</h2>
      {entries.map((entry) => (
        <div className="rt-hk-entry" key={`${entry.file}:${entry.line}`}>
          <div className="rt-row rt-between rt-sm">
            <b>{shortType(entry.type)}</b>
            <code className="rt-dim">
              {entry.file}:{entry.line}
            </code>
          </div>
          <Fingerprint value={entry.fingerprint} />
          {entry.otherNames.length > 0 && (
            <div className="rt-sm rt-dim">
              <Rich text="host-key.hostKey.shared" values={{ names: entry.otherNames.join(', ') }} />
            </div>
          )}
        </div>
      ))}
    </section>
  )
}

export function ShownKey({ presented }: { presented: PresentedKey }) {
  const t = useT()
  const command = consoleCommand(presented.type)
  return (
    <section>
      <h2>{t('host-key.hostKey.shown')}</h2>
      <div className="rt-hk-entry">
        <div className="rt-row rt-between rt-sm">
          <b>{shortType(presented.type)}</b>
          <span className="rt-dim">{t('host-key.hostKey.neverSeen')}</span>
        </div>
        <Fingerprint value={presented.fingerprint} />
      </div>
      <pre className="rt-hk-art" role="img" aria-label={t('host-key.hostKey.art')}>
        {presented.randomart}
      </pre>
      <p className="rt-sm rt-dim">{t('host-key.hostKey.console')}</p>
      <div className="rt-hk-command">
        <code>{command}</code>
        <CopyButton text={command} />
      </div>
    </section>
  )
}

const consoleCommand = (type: string) => `ssh-keygen -lvf /etc/ssh/ssh_host_${keyFileWord(type)}_key.pub`
const keyFileWord = (type: string) => (type === 'ssh-ed25519' ? 'ed25519' : type.startsWith('ecdsa') ? 'ecdsa' : 'rsa')
