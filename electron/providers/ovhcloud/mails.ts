/**
 * The rescue password from the account's mails. Only mails that were not there before the restart are read, each once; the one
 * that names this server and holds a password or a link to one is taken.
 */
import { z } from 'zod'
import type { Before, MailSeen } from '../../../shared/provider.js'
import { mailServer, type RescueMail, readRescueMail } from '../../../shared/rescue-mail.js'
import { stripServerLine } from '../../../shared/server-text.js'
import type { Clock } from '../../clock.js'
import { ProviderError } from '../problem.js'
import { type Credentials, type CredentialsOptions, pollCredentials } from '../provider.js'
import type { OvhClient } from './client.js'
import type { Redeemed } from './secret.js'

const history = '/me/notification/email/history'
const Ids = z.array(z.number().int())
const Mail = z.object({ body: z.string(), date: z.string(), id: z.number().int(), subject: z.string() })

/** A mail takes 1 to 5 min; asking more often finds it no sooner. */
const EVERY_MS = 10_000
/** Without a record of what was there before, only this many of the newest are looked at. */
const NEWEST = 30
/** Mail servers and API disagree a little about the time. */
const SLACK_MS = 60_000

/** Ids of all mails, or undefined when the key may not see them: that must not keep a server from its rescue. */
export async function noteMails(client: OvhClient, signal: AbortSignal): Promise<number[] | undefined> {
  try {
    return await client.call('GET', history, { answer: Ids, signal })
  } catch (error) {
    if (error instanceof ProviderError) return undefined
    throw error
  }
}

export interface MailSearch extends CredentialsOptions {
  client: OvhClient
  clock: Clock
  server: { name: string; host: string }
  before: Before
  redeem(id: string): Promise<Redeemed>
}

export async function passwordFromMails(o: MailSearch): Promise<Credentials> {
  const seen = new Map<number, { mail: MailSeen; read: RescueMail }>()
  const known = o.before.mails && new Set(o.before.mails)

  async function look(): Promise<Credentials | undefined> {
    const ids = await o.client.call('GET', history, { answer: Ids, signal: o.signal })
    const fresh = ids.filter((id) => !known?.has(id)).sort((a, b) => b - a)
    for (const id of fresh.slice(0, NEWEST)) {
      if (seen.has(id)) continue
      const mail = await o.client.call('GET', `${history}/${id}`, { answer: Mail, signal: o.signal })
      seen.set(id, judgeMail(mail, o.server, o.before.at))
    }
    const all = [...seen.values()].sort((a, b) => b.mail.at.localeCompare(a.mail.at))
    o.onMails?.(all.map(({ mail }) => mail))
    const best = all.find(({ mail }) => mail.verdict === 'match')
    return best && open(best)
  }

  async function open({ mail, read }: { mail: MailSeen; read: RescueMail }): Promise<Credentials> {
    const user = read.user?.value ?? 'root'
    if (!read.link) return { kind: 'password', user, password: read.passwords[0]!.value, source: 'mail', mail }
    const redeemed = await o.redeem(read.link.id)
    return redeemed.kind === 'secret'
      ? { kind: 'password', user, password: redeemed.secret, source: 'secret', mail }
      : { kind: 'link', url: read.link.value, reason: redeemed.reason, mail }
  }

  return pollCredentials({ ...o, everyMs: EVERY_MS, look })
}

/** The subject names the server a mail is about; the body may name others too. */
export function judgeMail(
  mail: z.infer<typeof Mail>,
  server: { name: string; host: string },
  since: string,
): { mail: MailSeen; read: RescueMail } {
  const read = readRescueMail(`${mail.subject}\n\n${mail.body}`)
  const about = mailServer(readRescueMail(mail.subject), server)
  const isOurs = about === 'unknown' ? !['other', 'unknown'].includes(mailServer(read, server)) : about !== 'other'
  const sent = new Date(mail.date)
  const at = Number.isNaN(sent.getTime()) ? since : sent.toISOString()
  const hasPassword = read.link !== undefined || (read.passwords.length > 0 && /rescue|secours/i.test(read.text))
  const verdict = Date.parse(at) < Date.parse(since) - SLACK_MS ? 'older' : !isOurs ? 'other-server' : hasPassword ? 'match' : 'no-password'
  return { mail: { id: mail.id, at, subject: stripServerLine(mail.subject), verdict }, read }
}
