import { notifications } from '@mantine/notifications'
import type { ErrorInfo } from '../../shared/errors.js'
import { translate } from '../i18n.js'
import { ErrorText } from './error-text.js'

/** A failure in words, with its way on and the technical detail folded. Stays until it is closed. */
export function showError(error: ErrorInfo) {
  const id = `error-${error.code}` // the same failure again replaces its words instead of piling up
  notifications.hide(id)
  notifications.show({
    id,
    message: <ErrorText error={error} />,
    autoClose: false,
    withBorder: true,
    closeButtonProps: { 'aria-label': translate('common.close') },
  })
}
