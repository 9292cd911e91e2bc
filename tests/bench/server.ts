/** A private sshd with a plain shell behind it, and a home whose keys and known_hosts fit it. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKey, type Sshd, startSshd } from '../support/sshd.js'

/** At the end of what came. */
export const prompt = /rt> $/

export interface Server {
  sshd: Sshd
  home: string
  /** For ssh: this server, this home, nothing of the person's own. */
  sshOptions: string[]
  dispose(): Promise<void>
}

/**
 * The person's own shell with its start-up files would be measured on both sides: nobody's merit. SHLVL: bash reads ~/.bashrc even
 * for a command when it seems to be the first shell under sshd.
 */
const shell = ['SetEnv SHLVL=1', `ForceCommand exec env HISTFILE= INPUTRC=/dev/null 'PS1=rt> ' bash --norc --noprofile -i`]

/** @param kex what the server offers */
export async function startServer(kex = 'curve25519-sha256'): Promise<Server> {
  const home = await mkdtemp(join(tmpdir(), 'rescueterm-bench-'))
  const folder = join(home, '.ssh')
  await mkdir(folder, { mode: 0o700 })
  const key = await generateKey(join(folder, 'id_ed25519'), 'ed25519')
  const sshd = await startSshd({
    config: [`KexAlgorithms ${kex}`, ...shell],
    authorizedKeys: [(await readFile(`${key}.pub`, 'utf8')).trim()],
  })
  const knownHosts = join(folder, 'known_hosts')
  await writeFile(knownHosts, `[127.0.0.1]:${sshd.port} ${sshd.hostKeys[0]!.line}\n`)
  return {
    sshd,
    home,
    sshOptions: ['-F', 'none', '-i', key, '-o', 'IdentitiesOnly=yes', '-o', `UserKnownHostsFile=${knownHosts}`, '-p', `${sshd.port}`],
    async dispose() {
      await sshd.dispose()
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
