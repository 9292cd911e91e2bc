/** Prints every measurement as a table: ours, the peer in the same run, the ratio, and whether the goal was reached. */
import { benchCliStart } from './cli-start.js'
import { benchKnownHosts } from './known-hosts.js'

const rows = [...benchKnownHosts(), ...benchCliStart()]
process.stdout.write('| what | ours, ms | ssh-keygen -F, ms | ratio | goal | |\n|---|---|---|---|---|---|\n')
for (const { name, ours, peer, ratio, goal } of rows)
  process.stdout.write(
    `| ${name} | ${ours.toFixed(1)} | ${peer.toFixed(1)} | ${ratio.toFixed(2)} | ≤ ${goal} | ${ratio <= goal ? 'reached' : 'missed'} |\n`,
  )
