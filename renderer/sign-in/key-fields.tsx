import { Radio, TextInput } from '@mantine/core'
import { useT } from '../i18n.js'

export interface KeyChoice {
  file: string
  /** The path is being typed, not chosen. */
  typed: boolean
}

/** The key files ssh itself would try, and a path to type. */
export function KeyFields({
  files,
  value,
  onChange,
}: {
  files: readonly string[]
  value: KeyChoice
  onChange: (value: KeyChoice) => void
}) {
  const t = useT()
  return (
    <div className="rt-signin-keys" role="radiogroup" aria-label={t('sign-in.keys.label')}>
      {files.map((file) => (
        <Radio
          key={file}
          size="xs"
          name="key-file"
          label={<code>{file}</code>}
          checked={!value.typed && value.file === file}
          onChange={() => onChange({ file, typed: false })}
        />
      ))}
      {files.length ? (
        <Radio
          size="xs"
          name="key-file"
          label={t('sign-in.keys.other')}
          checked={value.typed}
          onChange={() => onChange({ file: '', typed: true })}
        />
      ) : (
        <p>{t('sign-in.keys.none')}</p>
      )}
      {value.typed && (
        <TextInput
          size="sm"
          label={t('sign-in.keys.path')}
          placeholder={t('sign-in.keys.placeholder')}
          classNames={{ input: 'rt-mono' }}
          value={value.file}
          onChange={(event) => onChange({ file: event.currentTarget.value, typed: true })}
          spellCheck={false}
          data-autofocus
          autoFocus={files.length > 0 && !value.file} // just chosen; a card that comes up by itself takes no focus from a dialog
        />
      )}
      <p className="rt-dim rt-sm">{t('sign-in.keys.hint')}</p>
    </div>
  )
}
