/** The exact edit (03b, 11a): nothing is written before the yes, and the yes is bound to the digest of what is on screen. */
import { Button, Checkbox, Loader } from '@mantine/core'
import { IconAlertOctagonFilled, IconArrowBackUp, IconFile, IconHistory, IconRefresh } from '@tabler/icons-react'
import { type ReactNode, useEffect, useState } from 'react'
import type { EditPreview } from '../../shared/edit-preview.js'
import { providerName } from '../enter/problem-text.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { Diff } from '../ui/diff.js'
import { RescueGlyph } from '../ui/glyphs.js'
import { Rich } from '../ui/rich.js'
import { AcceptedKey, Shared, SystemLines, useSum } from './edit-parts.js'
import { ErrorNotice } from './error-notice.js'
import { type Intent, typeName } from './question-page.js'
import { Back, disconnect, Foot, Head, type QuestionProps } from './question-parts.js'
import { usePlan } from './use-plan.js'

export function EditPage({
  session,
  question,
  titleId,
  expectation,
  intent,
  onBack,
}: QuestionProps & { intent: Intent; onBack: () => void }) {
  const t = useT()
  const sum = useSum()
  const usual = useAppPart((app) => app.settings.alsoWriteRescueKey)
  const [alsoWrite, setAlsoWrite] = useState(usual)
  const aside = intent === 'set-aside'
  const { preview, error, moved, busy, agree, planAgain } = usePlan(session, question, intent, aside && alsoWrite)
  useEffect(() => {
    // A new edit is read from its title on; the button that asked for it lost the focus meanwhile.
    if (moved && document.activeElement === document.body) document.getElementById(titleId)?.focus()
  }, [moved, titleId])
  // What the provider publishes may be known only now. A replacement stays for good: it is the filled button only once the key was compared, and not with a rescue system's.
  const off = expectation.result === 'no-match'
  const sure = !off && (aside || (expectation.result === 'match' && !expectation.by))
  const lines = preview?.lines ?? question.entries.filter((entry) => !entry.system).length
  return (
    <>
      <div className="rt-dialog-body">
        <Head
          icon={aside ? <RescueGlyph size={24} /> : <IconRefresh className="rt-i" size={24} stroke={1.75} aria-hidden />}
          server={session}
          titleId={titleId}
          title={aside ? t('host-key.edit.title', { n: lines }) : t('host-key.replace.title')}
          lead={t('host-key.edit.lead')}
          focus
        />
        <div role="status" className={moved ? 'rt-note' : 'rt-hk-quiet'}>
          {moved && <b>{t('host-key.edit.moved')}</b>}
        </div>
        {error && <ErrorNotice error={error} />}
        {off && (
          <p className="rt-row" role="alert">
            <IconAlertOctagonFilled className="rt-i rt-red-edge" size={16} aria-hidden />
            <b className="rt-red">
              {expectation.by
                ? t('host-key.hostKey.publishedOther', { provider: providerName(expectation.by, t) })
                : t('host-key.hostKey.offWhy')}
            </b>
          </p>
        )}
        {!preview && !error && (
          <div className="rt-row rt-dim" role="status">
            <Loader className="rt-spin" size={14} />
            {t('host-key.edit.reading')}
          </div>
        )}
        {preview?.files.map((file) => (
          <Diff
            key={file.path}
            path={file.path}
            rows={file.rows.map((row) => (row.keyType ? { ...row, keyType: typeName(row.keyType) } : row))}
            note={file.writable ? sum(preview.intent, file.rows) : t('host-key.edit.notWritable')}
          />
        ))}
        {preview && (
          <div className="rt-hk-two">
            <AcceptedKey preview={preview} session={session} expectation={expectation}>
              {aside && (
                <Checkbox
                  size="xs"
                  label={t('host-key.edit.alsoWrite')}
                  checked={alsoWrite}
                  disabled={busy === 'applying'}
                  onChange={(event) => setAlsoWrite(event.currentTarget.checked)}
                />
              )}
            </AcceptedKey>
            <Shared preview={preview} session={session} />
          </div>
        )}
        {question.systemEntries.length > 0 && <SystemLines question={question} />}
        {preview && <WayBack preview={preview} lines={lines} />}
      </div>
      <Foot left={<Back onBack={onBack} disabled={busy === 'applying'} />}>
        {error && !busy && (
          <Button size="sm" onClick={planAgain}>
            {t('common.tryAgain')}
          </Button>
        )}
        <Button size="sm" variant={sure ? 'default' : 'filled'} onClick={() => disconnect(session, question)}>
          {t('host-key.hostKey.disconnect')}
        </Button>
        <Button
          size="sm"
          variant={sure ? 'filled' : 'default'}
          disabled={off || !preview || busy === 'planning'}
          loading={busy === 'applying'}
          onClick={() => void agree()}
        >
          {aside ? t('host-key.edit.do') : t('host-key.replace.do')}
        </Button>
      </Foot>
    </>
  )
}

function WayBack({ preview: { intent, files }, lines }: { preview: EditPreview; lines: number }) {
  const t = useT()
  const copies = files.map(({ copy }) => <code key={copy}>{copy}</code>)
  const list = copies.flatMap((copy, index) => (index ? [', ', copy] : [copy]))
  if (intent === 'replace') {
    return (
      <section>
        <h3>{t('host-key.replace.history')}</h3>
        <ul className="rt-hk-list">
          {lines > 0 && (
            <Item icon={<IconHistory size={16} stroke={1.75} />}>
              <Rich text="host-key.replace.historyText" values={{ n: lines }} />
            </Item>
          )}
          {list.length > 0 && (
            <Item icon={<IconFile size={16} stroke={1.75} />}>
              <Rich text="host-key.replace.copy" values={{ path: list }} />
            </Item>
          )}
        </ul>
      </section>
    )
  }
  return (
    <section>
      <h3>{t('host-key.edit.back')}</h3>
      <ul className="rt-hk-list">
        <Item icon={<IconArrowBackUp size={16} stroke={1.75} />}>{t('host-key.edit.back1')}</Item>
        {list.length > 0 && (
          <Item icon={<IconHistory size={16} stroke={1.75} />}>
            <Rich text="host-key.edit.back2" values={{ path: list }} />
          </Item>
        )}
      </ul>
    </section>
  )
}

function Item({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <li>
      <span className="rt-glyph rt-dim" aria-hidden="true">
        {icon}
      </span>
      <span>{children}</span>
    </li>
  )
}
