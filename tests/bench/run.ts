/** Prints every measurement as a table; words select topics: `npm run bench -- connect busy`. */
import globalSetup from '../e2e/global-setup.js'
import { benchCliStart } from './cli-start.js'
import { benchColdStart } from './cold-start.js'
import { benchFiles } from './files.js'
import { benchKnownHosts } from './known-hosts.js'
import { type BenchRow, tableHead, tableLine } from './table.js'
import { benchBusyCore } from './window-busy.js'
import { benchConnect } from './window-connect.js'
import { benchTerminal } from './window-terminal.js'

const topics: Record<string, () => BenchRow[] | Promise<BenchRow[]>> = {
  'known-hosts': benchKnownHosts,
  'cli-start': benchCliStart,
  'cold-start': benchColdStart,
  connect: benchConnect,
  terminal: benchTerminal,
  busy: benchBusyCore,
  files: benchFiles,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((topic) => !(topic in topics))
if (unknown.length > 0) {
  process.stderr.write(`there is no topic ${unknown.join(', ')}; there are ${Object.keys(topics).join(', ')}\n`)
  process.exit(2)
}
const stop = await globalSetup()
try {
  process.stdout.write(tableHead)
  for (const [topic, measure] of Object.entries(topics)) {
    if (wanted.length > 0 && !wanted.includes(topic)) continue
    for (const row of await measure()) process.stdout.write(tableLine(row))
  }
} finally {
  stop?.()
}
