import { notifications } from '@mantine/notifications'
import type { ReactNode } from 'react'
import type { ErrorInfo } from '../../shared/errors.js'
import { translate } from '../i18n.js'
import { ErrorText } from './error-text.js'

/** A failure in words, with its way on and the technical detail folded. */
export const showError = (error: ErrorInfo) => showFailure(`error-${error.code}`, <ErrorText error={error} />)

/** Stays until it is closed. @param id the same failure again replaces its words instead of piling up */
export function showFailure(id: string, message: ReactNode) {
  notifications.hide(id)
  notifications.show({
    id,
    message,
    autoClose: false,
    withBorder: true,
    closeButtonProps: { 'aria-label': translate('common.close') },
  })
}
