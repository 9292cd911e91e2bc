#!/usr/bin/env node
import { run } from './cli/run.js'

run(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status
  },
  (error: unknown) => {
    process.stderr.write(`rescueterm: ${error instanceof Error ? error.stack : String(error)}\n`)
    process.exitCode = 1
  },
)
