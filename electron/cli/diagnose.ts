/** `rescueterm diagnose HOST`: everything read-only in one run, as a report for a support ticket. What had to be mounted for it is unmounted again. */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { AppError } from '../../shared/errors.js'
import type { Options, TypedHost } from './arguments.js'
import type { CommandContext } from './context.js'
import { lookOnce, showPlan } from './disks.js'
import { exits } from './failure.js'
import { absolute } from './target.js'
import { withVisit } from './visit-session.js'

export async function diagnose(host: TypedHost, options: Options, o: CommandContext): Promise<number> {
  const file = options.output === undefined ? undefined : absolute(options.output, o.home)
  // Known before minutes of work, not after.
  if (file !== undefined && existsSync(file)) throw new AppError('path-exists', { file })
  return withVisit(host, options, o, async (w) => {
    const { visit, output, texts } = w
    await lookOnce(w)
    const wasMounted = visit.disks.state().mounted !== undefined
    if (!wasMounted) {
      const plan = visit.disks.state().mountReadOnly
      if (!plan) throw new AppError('not-mounted')
      showPlan(plan, output, texts)
      await w.agree(texts.runThese)
      const asks = plan.commands.some((command) => command.asks === 'passphrase')
      await visit.disks.mount(plan.digest, asks ? await w.console.ask(texts.passphrase, { echo: false }) : undefined)
    }
    try {
      output.tell(texts.examining)
      await visit.repairs.examine()
      const report = visit.report({
        name: host.host,
        language: (options.reportLang as 'en' | 'fr' | undefined) ?? output.language,
        parts: { evidence: true, commands: true },
      })
      output.document(report.json)
      if (file === undefined) output.print(report.markdown)
      else {
        await writeFile(file, output.json ? `${JSON.stringify(report.json, undefined, 2)}\n` : report.markdown, { flag: 'wx' })
        output.tell(texts.saved({ file }))
      }
    } finally {
      if (!wasMounted) await visit.disks.unmount('ours')
    }
    return exits.done
  })
}
