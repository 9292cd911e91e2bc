/** What the person asked for on the command line, and what of the environment the core needs. */

/** `--data-dir DIR` or `--data-dir=DIR` (also RESCUETERM_DATA_DIR), and the first argument that is no option: the server. */
export function parseArguments(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): { target: string | undefined; dataDir: string | undefined } {
  let dataDir = environment.RESCUETERM_DATA_DIR || undefined
  let target: string | undefined
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    if (word === '--data-dir') dataDir = words[++i] || dataDir
    else if (word.startsWith('--data-dir=')) dataDir = word.slice('--data-dir='.length) || dataDir
    else if (!word.startsWith('-')) target ??= word.slice(0, 600)
  }
  return { target, dataDir }
}

/** Finding files, the agent and `ssh`, `Match exec` as in a terminal, text and time formats; the last line is Windows'. */
const needed = new Set(
  `HOME PATH USER LOGNAME SHELL TMPDIR TZ LANG LANGUAGE SSH_AUTH_SOCK
   USERPROFILE USERNAME APPDATA LOCALAPPDATA PROGRAMDATA PROGRAMFILES SYSTEMROOT SYSTEMDRIVE WINDIR TEMP TMP PATHEXT COMSPEC`.split(/\s+/),
)

/** A short list instead of everything: tokens that other programs keep in the environment are none of the core's business. */
export function coreEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const wanted = ([name, value]: [string, string | undefined]) =>
    value !== undefined && (needed.has(name.toUpperCase()) || /^(LC|XDG)_/.test(name))
  return Object.fromEntries(Object.entries(environment).filter(wanted)) as Record<string, string>
}
