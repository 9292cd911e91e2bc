import { useEffect, useState } from 'react'
import type { KnownHostsFile } from '../../shared/settings.js'
import { api, call } from '../api.js'
import { useT } from '../i18n.js'
import { useAppPart } from '../state.js'
import { useFormat } from '../ui/format.js'

/** The files ssh reads for a host without rules of its own, in ssh's order; read again whenever an intervention changes them. */
export function KnownHostsFiles() {
  const t = useT()
  const format = useFormat()
  const interventions = useAppPart((app) => app.interventions)
  const [files, setFiles] = useState<KnownHostsFile[]>([])
  useEffect(() => {
    let gone = false
    void call(api.settings.knownHostsFiles()).then((list) => {
      if (!gone && list) setFiles(list)
    })
    return () => {
      gone = true
    }
  }, [interventions])
  return (
    <>
      <h2 style={{ marginTop: 20 }}>{t('settings.files')}</h2>
      <p className="rt-dim rt-sm">{t('settings.filesHint')}</p>
      <table style={{ marginTop: 6 }}>
        <thead>
          <tr>
            <th>{t('settings.file')}</th>
            <th className="rt-settings-lines">{t('settings.lines')}</th>
            <th>{t('settings.access')}</th>
          </tr>
        </thead>
        <tbody>
          {files.map((file) => (
            <tr key={file.path}>
              <td>
                <code>{file.path}</code>
              </td>
              <td className="rt-num rt-settings-lines">{file.lines === undefined ? '–' : format.number(file.lines)}</td>
              <td className={file.access === 'missing' ? 'rt-dim' : ''}>{access(file)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )

  function access(file: KnownHostsFile) {
    switch (file.access) {
      case 'missing':
        return t('settings.missing')
      case 'unreadable':
        return t('settings.unreadable')
      case 'read-only':
        return t('settings.ro')
      case 'read-write':
        return t(file.system ? 'settings.ro' : 'settings.rw') // a system file is never edited, whoever runs the app
    }
  }
}
