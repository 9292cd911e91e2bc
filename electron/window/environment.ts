/** What the person asked for on the command line, and what of the environment the core needs. */

const withValue = { '--data-dir': 'dataDir', '--port': 'port', '-p': 'port' } as const

/** `--data-dir DIR` (also RESCUETERM_DATA_DIR), `-p`/`--port N`, and the first argument that is no option: the server. */
export function parseArguments(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): { target: string | undefined; dataDir: string | undefined } {
  const found: { dataDir?: string; port?: string; target?: string } = {}
  for (let i = 0; i < words.length; i++) {
    const [word = '', glued] = (words[i] ?? '').split(/(?<=^--[a-z-]+)=/)
    const name = withValue[word as keyof typeof withValue]
    if (name) found[name] = (glued ?? words[++i]) || found[name] || ''
    else if (!word.startsWith('-')) found.target ??= words[i]!.slice(0, 600)
  }
  const { target, port } = found
  return {
    target: target && port ? withPort(target, port) : target,
    dataDir: found.dataDir || environment.RESCUETERM_DATA_DIR || undefined,
  }
}

/** What a person would type for both; the page's own parser judges it. */
function withPort(target: string, port: string): string {
  const at = target.lastIndexOf('@') + 1
  const host = target.slice(at)
  return `${target.slice(0, at)}${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`
}

/** Finding files, the agent and `ssh`, `Match exec` as in a terminal, text and time formats, OVH's
 * own variables for the import of an account; the last line is Windows'. */
const needed = new Set(
  `HOME PATH USER LOGNAME SHELL TMPDIR TZ LANG LANGUAGE SSH_AUTH_SOCK
   USERPROFILE USERNAME APPDATA LOCALAPPDATA PROGRAMDATA PROGRAMFILES SYSTEMROOT SYSTEMDRIVE WINDIR TEMP TMP PATHEXT COMSPEC`.split(/\s+/),
)

/** A short list instead of everything: tokens that other programs keep in the environment are none of the core's business. */
export function coreEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const wanted = ([name, value]: [string, string | undefined]) =>
    value !== undefined && (needed.has(name.toUpperCase()) || /^(LC|XDG|OVH)_/.test(name))
  return Object.fromEntries(Object.entries(environment).filter(wanted)) as Record<string, string>
}
