import { Modal } from '@mantine/core'
import { closeDialog } from '../actions.js'
import { useAppPart, useWindow } from '../state.js'
import { EditServer } from './edit-server.js'
import { ImportServers } from './import-servers.js'

/** The window's own dialogs about servers. Each gives its title the id `rt-server-dialog`. */
export function ServerDialogs() {
  const dialog = useWindow((state) => state.dialog)
  const server = useAppPart((app) => (dialog?.kind === 'edit-server' ? app.servers.find((one) => one.id === dialog.id) : undefined))
  const open = dialog !== undefined && (dialog.kind !== 'edit-server' || server !== undefined)
  return (
    <Modal opened={open} onClose={closeDialog} padding={0} size={dialog?.kind === 'import' ? 560 : 440} aria-labelledby="rt-server-dialog">
      {dialog?.kind === 'import' && <ImportServers />}
      {dialog?.kind === 'add-server' && <EditServer />}
      {dialog?.kind === 'edit-server' && server && <EditServer key={server.id} server={server} />}
    </Modal>
  )
}
