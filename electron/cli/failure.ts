/** From whatever was thrown to words, JSON and an exit status. */
import { AppError } from '../../shared/app-error.js'
import { UsageError } from './arguments.js'
import type { Output } from './output.js'
import { en } from './texts.en.js'
import type { Data, LocalCode, Texts } from './texts.js'

/** `cli.md`, exit status. */
export const exits = {
  done: 0,
  failure: 1,
  usage: 2,
  unknown: 10,
  changed: 11,
  'other-type': 12,
  revoked: 13,
  attention: 20,
  interrupted: 130,
} as const

/** A failure of the command line's own. */
export class LocalFailure extends Error {
  constructor(
    readonly code: LocalCode,
    readonly exit: number,
    readonly data: Data = {},
  ) {
    super(code)
    this.name = 'LocalFailure'
  }
}

interface Described {
  code: string
  exit: number
  message(texts: Texts): string
  detail?: string | undefined
}

// What was typed is wrong: nothing was tried.
const typedWrong = new Set(['bad-address', 'bad-port', 'bad-key'])

export function describeFailure(error: unknown): Described {
  if (error instanceof UsageError) return { code: 'usage', exit: exits.usage, message: (texts) => texts.badUsage[error.reason](error.data) }
  if (error instanceof LocalFailure) return { code: error.code, exit: error.exit, message: (texts) => texts.error[error.code](error.data) }
  if (error instanceof AppError) {
    const exit = typedWrong.has(error.code) ? exits.usage : error.code === 'revoked' ? exits.revoked : exits.failure
    return { code: error.code, exit, message: (texts) => texts.error[error.code](error.data), detail: error.detail }
  }
  return {
    code: 'internal',
    exit: exits.failure,
    message: (texts) => texts.error.internal({}),
    detail: error instanceof Error ? error.message : undefined,
  }
}

/** Says it and @returns the exit status. JSON is never translated. */
export function reportFailure(error: unknown, output: Output): number {
  const { code, exit, message, detail } = describeFailure(error)
  if (output.json) {
    output.document({ error: { code, message: detail ? `${message(en)} (${detail})` : message(en) } })
    return exit
  }
  const { texts, style } = output
  output.tell(`${style.bold(style.red('rescueterm:'))} ${message(texts)}`)
  if (detail) output.tell(style.dim(texts.details({ text: detail })))
  if (error instanceof UsageError) output.tell(texts.seeHelp)
  return exit
}
