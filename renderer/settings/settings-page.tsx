/** Settings (09b): pages on the left, a search over all of them, changes take effect at once. */
import { TextInput, UnstyledButton } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { bridge } from '../bridge.js'
import { useT } from '../i18n.js'
import { shortcutKeys, shortcutNames } from '../keys.js'
import { type SettingsPage as Page, update, useAppPart, useWindow } from '../state.js'
import { CopyButton } from '../ui/copy-button.js'
import { History } from './history.js'
import { KnownHostsFiles } from './known-hosts-files.js'
import { Providers } from './providers.js'
import './settings.css'
import { type SettingRow, settingRows } from './settings-list.js'

const pages = ['keys', 'look', 'terminal', 'providers', 'shortcuts', 'about'] as const satisfies readonly Page[]

export function SettingsPage() {
  const t = useT()
  const page = useWindow((state) => state.settingsPage)
  const settings = useAppPart((app) => app.settings)
  const [text, setText] = useState('')
  const rows = settingRows(settings, t)
  const wanted = text.trim().toLowerCase()
  const found = rows.filter((row) => `${row.label} ${row.hint ?? ''}`.toLowerCase().includes(wanted))
  return (
    <div className="rt-settings">
      <nav className="rt-settings-nav" aria-label={t('settings.title')}>
        <div style={{ padding: '0 12px 12px' }}>
          <TextInput
            aria-label={t('settings.find')}
            placeholder={t('settings.find')}
            leftSection={<IconSearch size={16} stroke={1.75} />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </div>
        {pages.map((one) => (
          <UnstyledButton
            key={one}
            className={one === page && !wanted ? 'rt-settings-link rt-settings-on' : 'rt-settings-link'}
            aria-current={one === page && !wanted ? 'page' : undefined}
            onClick={() => {
              setText('')
              update(() => ({ settingsPage: one }))
            }}
          >
            {t(`settings.${one}`)}
          </UnstyledButton>
        ))}
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a page without fields has to be scrolled by arrows */}
      <section className="rt-settings-page" tabIndex={0} aria-label={t(`settings.${page}`)}>
        <div style={{ maxWidth: 720 }}>
          {wanted ? (
            <>
              <h1>{t('settings.title')}</h1>
              {found.length ? <Rows rows={found} /> : <p className="rt-dim">{t('settings.none')}</p>}
            </>
          ) : (
            <>
              <h1>{t(`settings.${page}`)}</h1>
              <PageContent page={page} rows={rows.filter((row) => row.page === page)} />
            </>
          )}
        </div>
      </section>
    </div>
  )
}

function PageContent({ page, rows }: { page: Page; rows: SettingRow[] }) {
  const t = useT()
  switch (page) {
    case 'keys':
      return (
        <>
          <KnownHostsFiles />
          <h2 style={{ marginTop: 22 }}>{t('settings.rescue')}</h2>
          <Rows rows={rows} />
          <History />
        </>
      )
    case 'providers':
      return <Providers />
    case 'shortcuts':
      return <Shortcuts />
    case 'about':
      return <About />
    default:
      return <Rows rows={rows} />
  }
}

function Rows({ rows }: { rows: SettingRow[] }) {
  return rows.map((row) => (
    <div key={row.id} className="rt-setting">
      <div className="rt-grow">
        <div>{row.label}</div>
        {row.hint && <div className="rt-dim rt-sm">{row.hint}</div>}
      </div>
      {row.control}
    </div>
  ))
}

function Shortcuts() {
  const t = useT()
  return (
    <>
      <p className="rt-dim" style={{ margin: '4px 0 12px' }}>
        {t('settings.shortcutsHint')}
      </p>
      <table>
        <thead>
          <tr>
            <th>{t('settings.action')}</th>
            <th>{t('settings.key')}</th>
          </tr>
        </thead>
        <tbody>
          {shortcutNames.map((name) => (
            <tr key={name}>
              <td>{t(`common.keys.${name}`)}</td>
              <td>
                <kbd className="rt-kbd">{shortcutKeys(name, bridge.platform).join('+')}</kbd>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

function About() {
  const t = useT()
  const version = useAppPart((app) => app.version)
  const dataDir = useAppPart((app) => app.dataDir)
  return (
    <dl className="rt-about">
      <dt>{t('settings.version')}</dt>
      <dd>RescueTerm {version}</dd>
      <dt>{t('settings.data')}</dt>
      <dd>
        <span className="rt-row">
          <code>{dataDir}</code>
          <CopyButton text={dataDir} />
        </span>
        <span className="rt-dim rt-sm">{t('settings.dataHint')}</span>
      </dd>
      <dt>{t('settings.undoByHand')}</dt>
      <dd>{t('settings.undoByHandText')}</dd>
      <dt>{t('settings.license')}</dt>
      <dd>{t('settings.licenseText')}</dd>
    </dl>
  )
}
