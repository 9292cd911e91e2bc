/** Every setting as data: where it stands, what it is called, its control. The search looks through the words on screen. */
import { Select, Switch } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Settings } from '../../shared/settings.js'
import { changeSettings } from '../actions.js'
import { bridge } from '../bridge.js'
import type { Translate } from '../i18n.js'
import { shortcutKeys } from '../keys.js'
import type { SettingsPage } from '../state.js'
import { NumberSetting } from './number-setting.js'

export interface SettingRow {
  id: string
  page: SettingsPage
  label: string
  hint?: string
  control: ReactNode
}

/** Lifetimes a rescue key can get, in hours: an evening, a day, a weekend, a week. */
const lifetimes = [4, 8, 12, 24, 48, 72, 168]

export function settingRows(settings: Settings, t: Translate): SettingRow[] {
  const toggle = (
    page: SettingsPage,
    id: 'watchInBackground' | 'restoreAutomatically' | 'alsoWriteRescueKey' | 'screenReader' | 'remoteClipboard',
    label: string,
    hint?: string,
  ): SettingRow => ({
    id,
    page,
    label,
    ...(hint ? { hint } : {}),
    control: (
      <Switch
        size="xs"
        aria-label={label}
        checked={settings[id]}
        onChange={(event) => void changeSettings({ [id]: event.currentTarget.checked })}
      />
    ),
  })
  const choice = <T extends string>(
    page: SettingsPage,
    id: string,
    label: string,
    o: { hint?: string; value: T; options: { value: T; label: string }[]; onChange: (value: T) => void },
  ): SettingRow => ({
    id,
    page,
    label,
    ...(o.hint ? { hint: o.hint } : {}),
    control: (
      <Select
        size="xs"
        w={180}
        aria-label={label}
        allowDeselect={false}
        value={o.value}
        data={o.options}
        onChange={(value) => value && o.onChange(value as T)}
      />
    ),
  })
  const number = (
    page: SettingsPage,
    id: 'fontSize' | 'scrollback',
    label: string,
    o: { hint: string; min: number; max: number; step: number },
  ): SettingRow => ({
    id,
    page,
    label,
    hint: o.hint,
    control: (
      <NumberSetting
        label={label}
        min={o.min}
        max={o.max}
        step={o.step}
        value={settings[id]}
        onChange={(value) => void changeSettings({ [id]: value })}
      />
    ),
  })
  const hours = [...new Set([...lifetimes, settings.rescueTtlHours])].sort((a, b) => a - b)
  const keys = (name: 'larger' | 'smaller') => shortcutKeys(name, bridge.platform).join('+')
  return [
    choice('keys', 'rescueTtlHours', t('settings.ttl'), {
      hint: t('settings.ttlHint'),
      value: String(settings.rescueTtlHours),
      options: hours.map((n) => ({ value: String(n), label: t('settings.hours', { n }) })),
      onChange: (value) => void changeSettings({ rescueTtlHours: Number(value) }),
    }),
    toggle('keys', 'watchInBackground', t('settings.watch'), t('settings.watchHint')),
    toggle('keys', 'restoreAutomatically', t('settings.auto')),
    toggle('keys', 'alsoWriteRescueKey', t('settings.write'), t('settings.writeHint')),
    choice('look', 'language', t('settings.language'), {
      hint: t('settings.languageHint'),
      value: settings.language,
      options: [
        { value: 'system', label: t('settings.followSystem') },
        { value: 'en', label: t('settings.en') },
        { value: 'fr', label: t('settings.fr') },
      ],
      onChange: (language) => void changeSettings({ language }),
    }),
    choice('look', 'theme', t('settings.theme'), {
      value: settings.theme,
      options: [
        { value: 'system', label: t('settings.followSystem') },
        { value: 'dark', label: t('settings.dark') },
        { value: 'light', label: t('settings.light') },
      ],
      onChange: (theme) => void changeSettings({ theme }),
    }),
    number('terminal', 'fontSize', t('settings.fontSize'), {
      hint: t('settings.fontSizeHint', { larger: keys('larger'), smaller: keys('smaller') }),
      min: 8,
      max: 32,
      step: 1,
    }),
    number('terminal', 'scrollback', t('settings.scrollback'), { hint: t('settings.scrollbackHint'), min: 0, max: 200_000, step: 1000 }),
    toggle('terminal', 'screenReader', t('settings.screenReader'), t('settings.screenReaderHint')),
    toggle('terminal', 'remoteClipboard', t('settings.clipboard'), t('settings.clipboardHint')),
  ]
}
