import { hostKeyAlgorithms } from '../../electron/ssh/algorithms.js'
import { type ConnectOptions, type ConnectTarget, connectSsh } from '../../electron/ssh/connect.js'
import type { CredentialAnswer, CredentialRequest } from '../../shared/terminal-session.js'

export type Question = Omit<CredentialRequest, 'id'>

/** Connects with answers from a list (or a function); what was asked and the stages passed are recorded. */
export async function connectTo(
  target: Pick<ConnectTarget, 'port'> & Partial<ConnectTarget>,
  answers: CredentialAnswer[] | ((question: Question) => CredentialAnswer | Promise<CredentialAnswer>) = [],
  options: Partial<ConnectOptions> = {},
) {
  const asked: Question[] = []
  const stages: string[] = []
  const outcome = await connectSsh(
    { host: '127.0.0.1', user: 'root', identityFiles: [], identitiesOnly: true, ...target },
    {
      verify: () => true,
      hostKeyAlgorithms: [...hostKeyAlgorithms],
      quarantine: false,
      signal: new AbortController().signal,
      onStage: (stage) => stages.push(stage),
      credentials: {
        async ask(question) {
          asked.push(question)
          const answer = typeof answers === 'function' ? await answers(question) : answers.shift()
          if (!answer) throw new Error('no answer left')
          return answer
        },
      },
      ...options,
    },
  )
  return { outcome, asked, stages }
}

/** The connection of an outcome that must be one. */
export function connected({ outcome }: Awaited<ReturnType<typeof connectTo>>) {
  if (outcome.kind !== 'connected') throw new Error(`not connected: ${JSON.stringify(outcome)}`)
  return outcome.connection
}

/** The error of an outcome that must be a failure. */
export function failure({ outcome }: Awaited<ReturnType<typeof connectTo>>) {
  if (outcome.kind !== 'failed') {
    if (outcome.kind === 'connected') outcome.connection.end()
    throw new Error(`not failed: ${outcome.kind}`)
  }
  return outcome.error
}
