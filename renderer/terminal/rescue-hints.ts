/**
 * What a person is about to run in the shell of a rescue system, as far as one line shows it: something outside the mounted system,
 * that a restart undoes, or a restart that leads to rescue again. Only a quiet word, so it may miss a case but should not cry wolf. Pure.
 */

export type RescueHint =
  /** This file or setting is the rescue system's. */
  { kind: 'outside'; what: string; root: string } | { kind: 'reboot' }

export interface RescueShell {
  /** Where the customer's system is mounted, or would be. */
  root: string
  /** A restart leads to rescue again. */
  isSticky: boolean
}

const editors = /^(?:vi|vim|nvim|nano|pico|emacs|ed|mcedit|joe|micro)$/
/** Change the accounts, the firewall or the packages of the system they run on. */
const settings =
  /^(?:passwd|chpasswd|useradd|usermod|userdel|visudo|ufw|firewall-cmd|systemctl|update-grub|grub-install|apt|apt-get|dnf|yum)$/
const harmless: Record<string, RegExp> = {
  systemctl: /^(?:status|list-\S+|cat|show|is-\S+|--root)/,
  apt: /^(?:list|show|search|policy|update|install)/,
  'apt-get': /^(?:update|install|download)/,
  dnf: /^(?:list|info|search|install|makecache)/,
  yum: /^(?:list|info|search|install|makecache)/,
  ufw: /^status/,
  'firewall-cmd': /^--(?:list|get|state)/,
}
const restarts = /^(?:reboot|poweroff|halt|shutdown)$/
/** What lives on the disk of a usual system; the rest (/tmp, /dev, /proc…) is the rescue system's own business. */
const ofASystem = /^\/(?:etc|boot|root|home|srv|opt|usr|var)(?:\/|$)/

/** @param line as it stands on the screen, prompt included. */
export function rescueHint(line: string, shell: RescueShell): RescueHint | undefined {
  const typed = /[#$%>]\s+(\S.*)$/.exec(line)?.[1]
  if (!typed) return undefined
  // Several commands on one line: the first that says something.
  for (const part of typed.split(/\s*(?:&&|\|\||;|\|)\s*/)) {
    const hint = hintOf(part, shell)
    if (hint) return hint
  }
  return undefined
}

function hintOf(part: string, { root, isSticky }: RescueShell): RescueHint | undefined {
  const words = part
    .trim()
    .replace(/^sudo\s+/, '')
    .split(/\s+/)
  const [command = '', ...rest] = words
  const name = command.slice(command.lastIndexOf('/') + 1)
  const isOutside = (word: string) => ofASystem.test(word) && word !== root && !word.startsWith(`${root}/`)
  const isRestart =
    restarts.test(name) ||
    (name === 'systemctl' && /^(?:reboot|poweroff|halt)$/.test(rest[0] ?? '')) ||
    (name === 'init' && /^[06]$/.test(rest[0] ?? ''))
  if (isRestart) return isSticky ? { kind: 'reboot' } : undefined
  // Whatever is said for another root is meant for the mounted system.
  if (name === 'chroot' || words.some((word) => word === root || word.startsWith(`${root}/`) || word === '-R' || word.startsWith('--root')))
    return undefined
  const redirected = /(?:^|\s)\d?>{1,2}\s*(\/\S+)/.exec(part)?.[1]
  if (redirected && isOutside(redirected)) return { kind: 'outside', what: redirected, root }
  const isWriter = editors.test(name) || name === 'tee' || (name === 'sed' && rest.some((word) => /^-\w*i/.test(word)))
  const file = isWriter ? rest.find(isOutside) : undefined
  if (file) return { kind: 'outside', what: file, root }
  if (settings.test(name) && !harmless[name]?.test(rest[0] ?? '')) return { kind: 'outside', what: name, root }
  return undefined
}
