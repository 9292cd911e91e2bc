/** Names of the messages between preload and main; both ends take them from here. Ports arrive in the page as `rescueterm:ports`. */
export const channel = {
  link: 'link',
  ports: 'ports',
  core: 'core',
  openExternal: 'open-external',
  copy: 'copy',
  readClipboard: 'read-clipboard',
  saveReport: 'save-report',
  showSavedReport: 'show-saved-report',
  command: 'command',
  closeAsked: 'close-asked',
  closeHeard: 'close-heard',
  closeWindow: 'close-window',
  rememberOpen: 'remember-open',
  rememberedOpen: 'remembered-open',
} as const

/** How main hands the system's language to a preload that may not ask for it. */
export const localeFlag = '--rescueterm-locale='
