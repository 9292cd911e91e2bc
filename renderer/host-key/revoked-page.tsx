import { Button } from '@mantine/core'
import { IconAlertOctagonFilled, IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { bridge } from '../bridge.js'
import { useT } from '../i18n.js'
import { Fingerprint } from '../ui/fingerprint.js'
import { Rich } from '../ui/rich.js'
import { typeName } from './question-page.js'
import { disconnect, Foot, Head, Place, type QuestionProps } from './question-parts.js'

/** 11b: refusal only. There is no way past a revocation, not in rescue either. */
export function RevokedPage({ session, question, titleId }: QuestionProps) {
  const t = useT()
  const [copied, setCopied] = useState(false)
  const { presented, entries } = question
  const revoking = entries.filter((entry) => entry.marker === 'revoked')
  function copy() {
    const where = revoking.map(({ file, line }) => `${file}:${line}`)
    bridge.copy([`@revoked ${presented.publicKey}`, presented.fingerprint, `${session.host} port ${session.port}`, ...where].join('\n'))
    setCopied(true)
  }
  return (
    <>
      <div className="rt-dialog-body">
        <Head
          icon={<IconAlertOctagonFilled className="rt-i rt-red-edge" size={24} aria-hidden />}
          server={session}
          titleId={titleId}
          title={t('host-key.revoked.title')}
          lead={t('host-key.revoked.lead')}
        />
        <table className="rt-hk-facts">
          <tbody>
            <tr>
              <th scope="row">{t('host-key.hostKey.shown')}</th>
              <td>
                <b>{typeName(presented.type)}</b> <Fingerprint value={presented.fingerprint} />
              </td>
            </tr>
            {revoking.map((entry) => (
              <tr key={`${entry.file}:${entry.line}`}>
                <th scope="row">{t('host-key.revoked.by')}</th>
                <td>
                  <Place file={entry.file} line={entry.line} />
                  <div>
                    <b className="rt-red rt-mono">@revoked</b> <code>{entry.type}</code>{' '}
                    <span className="rt-dim rt-sm">
                      {entry.otherNames.includes('*') ? (
                        <Rich text="host-key.revoked.every" />
                      ) : entry.otherNames.length > 0 ? (
                        <Rich text="host-key.revoked.for" values={{ names: <code key="names">{entry.otherNames.join(', ')}</code> }} />
                      ) : (
                        t('host-key.revoked.forThis')
                      )}
                    </span>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <div className="rt-hk-two">
          <section>
            <h3>{t('host-key.revoked.means')}</h3>
            <p className="rt-hk-gap">{t('host-key.revoked.meansText')}</p>
            <p className="rt-hk-gap">{t('host-key.revoked.noWay')}</p>
          </section>
          <section>
            <h3>{t('host-key.revoked.todo')}</h3>
            <ol className="rt-hk-numbered">
              <li>{t('host-key.revoked.todo1')}</li>
              <li>{t('host-key.revoked.todo2')}</li>
              <li>{t('host-key.revoked.todo3')}</li>
            </ol>
          </section>
        </div>
      </div>
      <Foot
        left={
          <Button
            size="sm"
            leftSection={copied ? <IconCheck size={16} stroke={1.75} /> : <IconCopy size={16} stroke={1.75} />}
            onClick={copy}
          >
            {copied ? t('common.copied') : t('host-key.revoked.copy')}
          </Button>
        }
      >
        <Button size="sm" variant="filled" data-autofocus onClick={() => disconnect(session, question)}>
          {t('host-key.hostKey.stay')}
        </Button>
      </Foot>
    </>
  )
}
