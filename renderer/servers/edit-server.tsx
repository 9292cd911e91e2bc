import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import type { ServerState } from '../../shared/server.js'
import { closeDialog } from '../actions.js'
import { api, attempt } from '../api.js'
import { useT } from '../i18n.js'
import { ErrorText } from '../ui/error-text.js'
import { useAction } from '../ui/use-action.js'

/** Adds a server, or changes the one given. Nothing of it touches known_hosts. */
export function EditServer({ server }: { server?: ServerState }) {
  const t = useT()
  const [name, setName] = useState(server?.name ?? '')
  const [target, setTarget] = useState(server?.target ?? '')
  const [sure, setSure] = useState(false)
  const [error, setError] = useState<ErrorInfo>()

  const { isBusy, runAndWait } = useAction()

  async function run(command: () => Promise<unknown>) {
    const result = await runAndWait(attempt(command()))
    if (result?.ok) closeDialog()
    else setError(result?.error)
  }
  function save(event: FormEvent) {
    event.preventDefault()
    void run(() =>
      server ? api.servers.update({ id: server.id, name: name.trim() || target.trim(), target }) : api.servers.add({ name, target }),
    )
  }

  return (
    <form onSubmit={save}>
      <div className="rt-dialog-body">
        <h1 id="rt-server-dialog">{server ? t('servers.edit.title', { name: server.name }) : t('servers.edit.addTitle')}</h1>
        <TextInput
          size="sm"
          label={t('servers.edit.target')}
          description={t('servers.home.addressHint')}
          placeholder={t('servers.home.address')}
          data-autofocus
          required
          withAsterisk={false}
          spellCheck={false}
          autoComplete="off"
          value={target}
          error={error && <ErrorText error={error} />}
          onChange={(event) => setTarget(event.currentTarget.value)}
        />
        <TextInput
          size="sm"
          label={t('servers.edit.name')}
          description={t('servers.edit.nameHint')}
          maxLength={100}
          spellCheck={false}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <div className="rt-dialog-foot">
        {server && (
          <Button
            variant={sure ? 'default' : 'subtle'}
            disabled={isBusy}
            onBlur={() => setSure(false)}
            onClick={() => (sure ? void run(() => api.servers.remove({ id: server.id })) : setSure(true))}
          >
            {t(sure ? 'servers.edit.removeSure' : 'servers.edit.remove')}
          </Button>
        )}
        <span className="rt-grow" />
        <Button onClick={closeDialog}>{t('common.cancel')}</Button>
        <Button type="submit" variant="filled" disabled={!target.trim()} loading={isBusy}>
          {t(server ? 'common.save' : 'servers.edit.add')}
        </Button>
      </div>
    </form>
  )
}
