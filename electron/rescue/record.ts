/** The journal record of an edit about to be made, with everything needed to take it back on any machine that has the file. */
import type { Clock } from '../clock.js'
import type { FileOperations } from '../file-operations.js'
import { describeTarget } from '../known-hosts/file-edit.js'
import { sha256 } from './file-steps.js'
import { fromBytes, fromLineEdits, JournalRecord } from './journal.js'
import { copyPath, type Planned } from './planning.js'

const HOUR_MS = 3_600_000

/** State `prepared`; nothing is written yet. */
export async function createRecord(
  planned: Pick<Planned, 'target' | 'presented' | 'alsoWrite' | 'plan' | 'knownKeys' | 'hostKeyAlgorithms'>,
  kind: JournalRecord['kind'],
  o: { dataDir: string; clock: Clock; fs: FileOperations; ttlHours: number },
): Promise<JournalRecord> {
  const { target, plan } = planned
  const files: JournalRecord['files'] = []
  for (const { path, existed, before, after, edits } of plan.files) {
    const { real, directoryExists } = await describeTarget(path, o.fs)
    const stat = existed ? await o.fs.stat(real) : undefined
    files.push({
      path,
      real,
      existed,
      directoryExisted: directoryExists,
      sha256Before: sha256(before),
      sha256After: sha256(after),
      original: fromBytes(before),
      copy: copyPath(o.dataDir, plan.id, target.userFiles, path),
      edits: fromLineEdits(edits),
      ...(stat
        ? {
            stat: {
              dev: `${stat.dev}`,
              ino: `${stat.ino}`,
              mode: (stat.mode & 0o7777n).toString(8),
              uid: `${stat.uid}`,
              gid: `${stat.gid}`,
              mtimeNs: `${stat.mtimeNs}`,
            },
          }
        : {}),
    })
  }
  const since = o.clock.now()
  return JournalRecord.parse({
    id: plan.id,
    kind,
    state: 'prepared',
    name: target.name,
    host: target.host,
    port: target.port,
    practice: target.practice,
    query: target.query,
    userFiles: target.userFiles,
    systemFiles: target.systemFiles,
    since: since.toISOString(),
    expiresAt: new Date(since.getTime() + o.ttlHours * HOUR_MS).toISOString(),
    rescueKey: fromBytes(planned.presented),
    knownKeys: planned.knownKeys.map(fromBytes),
    hostKeyAlgorithms: planned.hostKeyAlgorithms,
    alsoWrite: planned.alsoWrite,
    files,
    setAside: 0,
    leaving: false,
    attention: [],
    settled: [],
  })
}
