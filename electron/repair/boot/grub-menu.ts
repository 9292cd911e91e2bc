/**
 * What GRUB would start: the entries of its menu, and which of them `default` names, as grub-core/normal/menu.c chooses. Only what
 * grub-mkconfig writes is followed: no conditions, no other files. Pure.
 */
import { newestFirst } from './versions.js'

export interface MenuEntry {
  title: string
  id: string
  /** Name of the file, `vmlinuz-…`; undefined: no kernel of this system's kind, as a memory test or another system. */
  kernel: string | undefined
  /** An initramfs is loaded beside the kernel. */
  initramfs: boolean
  /** Of a submenu. */
  inside?: MenuEntry[]
}

export interface GrubMenu {
  entries: MenuEntry[]
  /** Entries are files of their own (Boot Loader Specification). */
  usesEntries: boolean
  /** As GRUB reads it, variables replaced; empty where nothing is said. */
  default: string
  /** What a start takes; undefined in an empty menu. */
  starts: MenuEntry | undefined
  /** False: nothing has the name or number of `default`, and the first entry is taken for it. */
  isDefaultFound: boolean
}

/**
 * @param text lines of grub.cfg: entries, what opens and closes braces, kernels and their initramfs, `set default=`. Several files,
 * each after `==> PATH`; the first that holds an entry counts.
 * @param bls lines of the files in loader/entries, each after `id NAME`.
 * @param environment grubenv: `name=value` lines.
 */
export function readGrubMenu(text: string, bls: string, environment: string): GrubMenu {
  const menus = text.split(/^==> .*$/m).map((one) => readMenu(one, bls, environment))
  return menus.find(({ entries }) => entries.length > 0) ?? menus.find(({ usesEntries }) => usesEntries) ?? menus[0]!
}

function readMenu(text: string, bls: string, environment: string): GrubMenu {
  const lines = text.split('\n')
  const entries: MenuEntry[] = []
  // The menu that is being filled, and the entry that is being read; a function or a condition in braces is neither.
  const open: { menu: MenuEntry[]; entry?: MenuEntry }[] = [{ menu: entries }]
  let loading: MenuEntry | undefined
  for (const line of lines) {
    const at = open.at(-1)!
    const [, command, rest] = /^\s*(menuentry|submenu|linux(?:16|efi)?|initrd(?:16|efi)?|blscfg)\b(.*)$/.exec(line) ?? []
    if (command === 'menuentry' || command === 'submenu') {
      const entry: MenuEntry = { ...namesOf(rest!), kernel: undefined, initramfs: false, ...(command === 'submenu' ? { inside: [] } : {}) }
      at.menu.push(entry)
      loading = undefined
      open.push(entry.inside ? { menu: entry.inside } : { menu: at.menu, entry })
    } else if (command === 'blscfg') at.menu.push(...readBls(bls))
    else if (command?.startsWith('initrd')) {
      if (loading) loading.initramfs = true
    } else if (command) {
      loading = at.entry ?? { title: '', id: '', kernel: undefined, initramfs: false }
      loading.kernel = kernelOf(rest!)
      // Outside of every entry it is one itself: GRUB would start it at once.
      if (!at.entry) at.menu.push(loading)
    } else if (/\{\s*$/.test(line)) open.push(at)
    else if (/^\s*\}/.test(line) && open.length > 1) open.pop()
  }
  const value = defaultOf(lines, environment)
  const { entry, isFound } = choose(entries, value)
  return {
    entries,
    usesEntries: lines.some((line) => /^\s*blscfg\b/.test(line)),
    default: value,
    starts: entry,
    isDefaultFound: isFound,
  }
}

/** `'Title' --class x $menuentry_id_option 'id' {`. */
function namesOf(rest: string): Pick<MenuEntry, 'title' | 'id'> {
  const words = [...rest.matchAll(/(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+/g)].map(([word]) => unquote(word))
  const at = words.findIndex((word) => word === '$menuentry_id_option' || word === '--id')
  return { title: words[0] ?? '', id: (at > 0 ? words[at + 1] : words.find((word) => word.startsWith('--id='))?.slice(5)) ?? '' }
}

const unquote = (word: string) =>
  word.replace(
    /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g,
    (_, single?: string, double?: string, escaped?: string) => single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? '',
  )

const kernelOf = (rest: string) => /^\s+\S*?\/(vmlinu[xz]-\S+)/.exec(rest)?.[1]

/** In the order of blscfg: the newest file name first. */
function readBls(text: string): MenuEntry[] {
  return text
    .split(/^(?=id )/m)
    .flatMap((file) => {
      const value = (key: string) => new RegExp(`^${key}[ \\t]+(.*?)[ \\t]*$`, 'm').exec(file)?.[1] ?? ''
      const kernel = kernelOf(` ${value('linux')}`)
      return kernel ? [{ title: value('title'), id: value('id'), kernel, initramfs: value('initrd') !== '' }] : []
    })
    .sort((a, b) => newestFirst(a.id, b.id))
}

/** 00_header of grub-mkconfig: `next_entry` for one start, else the other value that is set. */
function defaultOf(lines: readonly string[], environment: string): string {
  const set = lines.flatMap((line) => /^\s*set\s+default=(.*?)\s*$/.exec(line)?.[1] ?? []).map(unquote)
  const variable = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(environment)?.[1] ?? ''
  const isOnce = (value: string) => /^\$\{?next_entry\}?$/.test(value)
  const once = set.some(isOnce) ? variable('next_entry') : ''
  if (once) return once
  const value = set.filter((one) => !isOnce(one)).at(-1) ?? ''
  return value.replace(/\$\{?(\w+)\}?/g, (_, name: string) => variable(name))
}

/** Number, title or id, and after `>` the same in its submenu; what is not there is the first entry. */
function choose(entries: readonly MenuEntry[], wanted: string): { entry: MenuEntry | undefined; isFound: boolean } {
  const { index, rest } = wanted === '' ? { index: 0, rest: '' } : (named(entries, wanted) ?? numbered(wanted))
  const isHere = index < entries.length || entries.length === 0
  const entry = entries[isHere ? index : 0]
  if (!entry?.inside) return { entry, isFound: isHere }
  const below = choose(entry.inside, isHere ? rest : '')
  return { entry: below.entry ?? entry, isFound: isHere && below.isFound }
}

interface Place {
  index: number
  rest: string
}

/** `>` inside a name is doubled. */
function named(entries: readonly MenuEntry[], wanted: string): Place | undefined {
  for (const [index, { title, id }] of entries.entries()) {
    for (const name of [title, id].filter((one) => one !== '').map((one) => one.replaceAll('>', '>>'))) {
      if (wanted === name) return { index, rest: '' }
      if (wanted.startsWith(`${name}>`) && wanted[name.length + 1] !== '>') return { index, rest: wanted.slice(name.length + 1) }
    }
  }
  return undefined
}

/** Digits in front are a number to GRUB, whatever follows. */
function numbered(wanted: string): Place {
  const [, digits, rest] = /^\s*(\d+)(?:>(.*))?/.exec(wanted) ?? []
  return { index: digits === undefined ? Number.POSITIVE_INFINITY : Number(digits), rest: rest ?? '' }
}
