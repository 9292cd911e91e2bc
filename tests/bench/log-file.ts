/** A log as servers write them: 100 MB of lines of different length, the same at every run. */
import { open } from 'node:fs/promises'

export const logTimes = 100

/** A megabyte of whole lines, ended as a terminal gets them. */
export function logBlock(): string {
  const services = ['nginx', 'sshd', 'systemd', 'kernel', 'postgres', 'dockerd']
  const words = [
    'accepted',
    'connection',
    'from',
    'upstream',
    'timeout',
    'while',
    'reading',
    'response',
    'header',
    'retry',
    'flushed',
    'queue',
  ]
  let seed = 1
  const next = (below: number) => {
    seed = (seed * 48271) % 2147483647
    return seed % below
  }
  let text = ''
  for (let line = 0; text.length < 1024 * 1024; line++) {
    const message = Array.from({ length: 4 + next(12) }, () => words[next(words.length)]).join(' ')
    const time = new Date(1_700_000_000_000 + line * 137).toISOString()
    text += `${time} web-${next(9)} ${services[next(services.length)]}[${1000 + next(9000)}]: ${message} ${next(1_000_000)}\r\n`
  }
  return text
}

/** What the server's file holds: the terminal's line discipline adds the carriage returns. */
export async function writeLog(path: string, block: string) {
  const file = await open(path, 'w')
  const bytes = Buffer.from(block.replaceAll('\r\n', '\n'))
  for (let i = 0; i < logTimes; i++) await file.write(bytes)
  await file.close()
}
