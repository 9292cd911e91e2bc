import { Button, Checkbox, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import type { ImportableServer } from '../../shared/server.js'
import { closeDialog } from '../actions.js'
import { api, attempt } from '../api.js'
import { useT } from '../i18n.js'
import { ErrorText } from '../ui/error-text.js'
import { useAction } from '../ui/use-action.js'
import { filterServers } from './filter.js'

/** The Hosts of ~/.ssh/config, to choose from; those in the list already are shown and cannot be chosen twice. */
export function ImportServers() {
  const t = useT()
  const [found, setFound] = useState<ImportableServer[]>()
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [error, setError] = useState<ErrorInfo>()
  const [text, setText] = useState('')
  const { isBusy, runAndWait } = useAction()

  useEffect(() => {
    let gone = false
    void attempt(api.servers.importable()).then((result) => {
      if (gone) return
      if (!result.ok) return setError(result.error)
      setFound(result.value)
      setChosen(new Set(result.value.filter((one) => !one.alreadySaved).map((one) => one.target)))
    })
    return () => {
      gone = true
    }
  }, [])

  const shown = filterServers(found ?? [], text)
  const free = shown.filter((one) => !one.alreadySaved)
  const chosenHere = free.filter((one) => chosen.has(one.target)).length
  function choose(targets: readonly string[], on: boolean) {
    const next = new Set(chosen)
    for (const target of targets) {
      if (on) next.add(target)
      else next.delete(target)
    }
    setChosen(next)
  }
  async function run() {
    const result = await runAndWait(attempt(api.servers.import({ targets: [...chosen] })))
    if (result?.ok) closeDialog()
    else setError(result?.error)
  }

  return (
    <div>
      <div className="rt-dialog-body">
        <div>
          <h1 id="rt-server-dialog">{t('servers.import.title')}</h1>
          <p className="rt-dim">{t('servers.import.lead')}</p>
        </div>
        {error && <ErrorText error={error} />}
        {!found && !error && <p role="status">{t('servers.import.loading')}</p>}
        {found?.length === 0 && <p>{t('servers.import.empty')}</p>}
        {found && found.length > 0 && (
          <>
            <TextInput
              data-autofocus
              aria-label={t('servers.import.find')}
              placeholder={t('servers.import.find')}
              leftSection={<IconSearch size={16} stroke={1.75} />}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <div className="rt-import">
              <Checkbox
                size="xs"
                label={t('servers.import.all')}
                disabled={!free.length}
                checked={free.length > 0 && chosenHere === free.length}
                indeterminate={chosenHere > 0 && chosenHere < free.length}
                onChange={(event) =>
                  choose(
                    free.map((one) => one.target),
                    event.currentTarget.checked,
                  )
                }
              />
              {shown.map((one) => (
                <Checkbox
                  key={one.target}
                  size="xs"
                  label={<b>{one.name}</b>}
                  description={one.alreadySaved ? t('servers.import.saved') : one.detail}
                  disabled={one.alreadySaved}
                  checked={one.alreadySaved || chosen.has(one.target)}
                  onChange={(event) => choose([one.target], event.currentTarget.checked)}
                />
              ))}
            </div>
          </>
        )}
      </div>
      <div className="rt-dialog-foot">
        <span className="rt-grow" />
        <Button onClick={closeDialog}>{t('common.cancel')}</Button>
        <Button variant="filled" disabled={!chosen.size} loading={isBusy} onClick={() => void run()}>
          {t('servers.import.do', { n: chosen.size })}
        </Button>
      </div>
    </div>
  )
}
