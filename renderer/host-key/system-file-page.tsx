import { Button } from '@mantine/core'
import { IconFileAlert, IconLock, IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import { api, attempt } from '../api.js'
import { useT } from '../i18n.js'
import { onceOnly } from '../rescue/commands.js'
import { useAppPart } from '../state.js'
import { Fingerprint } from '../ui/fingerprint.js'
import { RescueGlyph } from '../ui/glyphs.js'
import { Card } from './changed-page.js'
import { AdminCommands } from './edit-parts.js'
import { ErrorNotice } from './error-notice.js'
import { typeName } from './question-page.js'
import { Back, disconnect, Escape, Foot, Head, Place, type QuestionProps } from './question-parts.js'
import { setNoneAside } from './use-plan.js'

/** 11c: the line in the way belongs to an administrator: the command to run, or the rescue key accepted in RescueTerm only. */
export function SystemFilePage({ session, question, titleId, onBack }: QuestionProps & { onBack: () => void }) {
  const t = useT()
  const hours = useAppPart((app) => app.settings.rescueTtlHours)
  const [error, setError] = useState<ErrorInfo>()
  const [busy, setBusy] = useState(false)
  const place = { sessionId: session.id, questionId: question.id }
  const { presented, systemEntries } = question
  async function acceptHere() {
    setBusy(true)
    const done = await attempt(setNoneAside(place))
    setBusy(false)
    if (!done.ok) setError(done.error)
  }
  return (
    <>
      <div className="rt-dialog-body">
        <Head
          icon={<IconFileAlert className="rt-i" size={24} stroke={1.75} aria-hidden />}
          server={session}
          titleId={titleId}
          title={t('host-key.sysfile.title', { n: systemEntries.length })}
          lead={t('host-key.sysfile.lead', { n: systemEntries.length })}
        />
        {error && <ErrorNotice error={error} />}
        <table className="rt-hk-system">
          <tbody>
            {systemEntries.map((entry) => (
              <tr key={`${entry.file}:${entry.line}`}>
                <td>
                  <span className="rt-hk-where">
                    <IconLock className="rt-i rt-dim" size={14} stroke={1.75} aria-hidden />
                    <Place file={entry.file} line={entry.line} />
                  </span>
                </td>
                <td>
                  <b>{typeName(entry.type)}</b>
                </td>
                <td>
                  <Fingerprint value={entry.fingerprint} />
                </td>
              </tr>
            ))}
            <tr>
              <td className="rt-dim">{t('host-key.hostKey.shown')}</td>
              <td>
                <b>{typeName(presented.type)}</b>
              </td>
              <td>
                <Fingerprint value={presented.fingerprint} />
              </td>
            </tr>
          </tbody>
        </table>
        <p className="rt-dim rt-sm">{t('host-key.sysfile.owner')}</p>
        <section>
          <h3>{t('host-key.sysfile.admin')}</h3>
          <AdminCommands question={question} />
        </section>
        <section>
          <h2>{t('host-key.sysfile.can')}</h2>
          <div className="rt-hk-cards rt-hk-cards-2">
            <Card
              icon={<IconRefresh className="rt-i" size={16} stroke={1.75} aria-hidden />}
              title={t('host-key.sysfile.ran')}
              text={t('host-key.sysfile.ranText')}
            >
              <Button onClick={() => void onceOnly(api.hostKey.recheck(place))}>{t('host-key.sysfile.ranDo')}</Button>
            </Card>
            <Card icon={<RescueGlyph />} title={t('host-key.sysfile.only')} text={t('host-key.sysfile.onlyText', { hours })}>
              <Button loading={busy} onClick={() => void acceptHere()}>
                {t('host-key.sysfile.onlyDo')}
              </Button>
            </Card>
          </div>
        </section>
      </div>
      <Foot left={<Back onBack={onBack} />}>
        <Escape />
        <Button size="sm" variant="filled" data-autofocus onClick={() => disconnect(session, question)}>
          {t('host-key.hostKey.disconnect')}
        </Button>
      </Foot>
    </>
  )
}
