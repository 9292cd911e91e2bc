/** `rescueterm disks HOST`: what is on the server's disks, seen from rescue; and mounting it by a plan that is shown first. */

import { AppError } from '../../shared/errors.js'
import { allMounts, type DisksState, type MachinePlan, type Volume } from '../../shared/machine.js'
import type { Options, TypedHost } from './arguments.js'
import type { CommandContext } from './context.js'
import { exits, LocalFailure } from './failure.js'
import { until } from './interrupt.js'
import { harmless, type Output } from './output.js'
import { type VisitWork, withVisit } from './visit-session.js'
import type { VisitTexts } from './visit-texts.js'

export function disks(host: TypedHost, options: Options, o: CommandContext): Promise<number> {
  return withVisit(host, options, o, async (w) => {
    const { visit, output, texts } = w
    await lookOnce(w)
    let isProven: boolean | undefined
    if (options.unlock)
      await carryOut(w, options, visit.disks.state().unlock, (digest, passphrase) => visit.disks.unlock(digest, passphrase))
    if (options.prove) {
      const { volumes, chosen } = visit.disks.state()
      if (!volumes.find(({ path }) => path === chosen)?.system) throw new LocalFailure('no-system', exits.failure)
      isProven = await visit.disks.prove()
    }
    if (options.mount) {
      const { mount, mountReadOnly, mounted } = visit.disks.state()
      if (!mounted && !mount) throw new LocalFailure('no-system', exits.failure)
      await carryOut(w, options, options.readOnly ? mountReadOnly : mount, (digest, passphrase) => visit.disks.mount(digest, passphrase))
    }
    if (options.unmount) await carryOut(w, options, visit.disks.state().unmount, (digest) => visit.disks.unmount({ digest }))
    const state = visit.disks.state()
    if (isProven === false) output.tell(texts.notProven)
    output.document(toJson(state, isProven))
    printDisks(state, output, texts)
    return exits.done
  })
}

/** The look that begins with the connection, or a first one. */
/** @throws LocalFailure `looks-normal` for a system whose key was only trusted once and that shows no sign of a rescue. */
export async function lookOnce({ visit, session, isRescue, onDidChange, signal }: VisitWork): Promise<void> {
  const { phase } = visit.disks.state()
  if (phase === 'not-looked') await visit.disks.look()
  else await until({ onDidChange, signal, isDone: () => visit.disks.state().phase !== 'looking' })
  const { error } = visit.disks.state()
  if (error) throw new AppError(error.code, error.data, error.detail)
  if (!isRescue && !visit.disks.state().rescue?.isRescue) throw new LocalFailure('looks-normal', exits.failure, { host: session.host })
}

async function carryOut(
  { output, texts, agree, console }: VisitWork,
  options: Options,
  plan: MachinePlan | undefined,
  run: (digest: string, passphrase?: string) => Promise<unknown>,
): Promise<void> {
  if (!plan) return output.tell(texts.nothingToDo)
  showPlan(plan, output, texts)
  if (options.dryRun) return output.tell(output.texts.edit.dryRun)
  await agree(texts.runThese)
  const asks = plan.commands.some((command) => command.asks === 'passphrase')
  await run(plan.digest, asks ? await console.ask(texts.passphrase, { echo: false }) : undefined)
}

export function showPlan(plan: MachinePlan, output: Output, texts: VisitTexts): void {
  output.tell(output.style.bold(texts.willRun))
  for (const { command, risk } of plan.commands) output.tell(`  ${harmless(command)}  ${output.style.dim(`(${texts.risk[risk]})`)}`)
}

function printDisks(state: DisksState, output: Output, texts: VisitTexts): void {
  if (state.rescue) output.print(texts.rescueSystem({ os: harmless(state.rescue.os), host: harmless(state.rescue.hostname) }))
  for (const link of state.chain) output.print(`${link.name}  ${link.kind} ${harmless(link.detail)}  ${texts.link[link.state]}`)
  for (const volume of state.volumes) output.print(line(volume, state, output, texts))
  for (const mount of allMounts(state)) {
    output.print(output.style.green(texts.mounted({ device: mount.device, root: harmless(mount.at), readOnly: mount.readOnly ? 1 : 0 })))
    if (mount.at === state.mounted?.root) for (const other of state.mounted.others) output.print(`  ${other.device} ${other.at}`)
  }
}

function line(volume: Volume, { chosen }: DisksState, { style, language }: Output, texts: VisitTexts): string {
  const { system } = volume
  const size = new Intl.NumberFormat(language, { style: 'unit', unit: 'gigabyte', maximumFractionDigits: 1 }).format(volume.size / 1e9)
  const head = `${volume.path === chosen ? '*' : ' '} ${volume.path.padEnd(24)} ${size.padStart(11)}  ${harmless(volume.fileSystem).padEnd(8)}`
  if (!system) return style.dim(`${head}  ${volume.goesTo ?? texts.role[volume.role]}`)
  const { found, known, kind } = system.identity
  return `${head}  ${style.bold(`${harmless(system.os)} "${harmless(system.hostname)}"`)}\n${' '.repeat(28)}${texts.keys[kind]({ found, known })}`
}

const toJson = (
  { rescue, volumes, chain, chosen, mounted, elsewhere, unlock, mount, mountReadOnly, unmount }: DisksState,
  isProven: boolean | undefined,
) => ({
  rescue,
  volumes,
  chain,
  chosen,
  mounted,
  elsewhere,
  plans: { unlock: commandsOf(unlock), mount: commandsOf(mount), mountReadOnly: commandsOf(mountReadOnly), unmount: commandsOf(unmount) },
  ...(isProven === undefined ? {} : { isProven }),
})
const commandsOf = (plan: MachinePlan | undefined) => plan?.commands.map(({ command, risk }) => ({ command, risk }))
