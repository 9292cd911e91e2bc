/**
 * The terminal of one tab, outside React: bytes go from the port into xterm and acknowledgements back without touching any
 * component. It outlives tab switches, reconnects and the core process: the scrollback stays.
 * Small facts for the tab (title, bell, link under the pointer, hits, a paste that waits for a yes) are a store of their own.
 * Port: shared/terminal-session.ts. What a program on the server may do: colours, title (secondary), bell, links that a person
 * opens, the clipboard if the setting allows it. Never: window reports, reading the clipboard, keys of ours.
 */
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { type ITerminalOptions, Terminal } from '@xterm/xterm'
import { stripServerLine } from '../../shared/server-text.js'
import type { Dimensions, TerminalEvent, TerminalInput } from '../../shared/terminal-session.js'
import { bridge } from '../bridge.js'
import { matchShortcut } from '../keys.js'
import { type AckCounter, createAckCounter } from './ack-counter.js'
import { fitDimensions, fontFamily, loadTerminalFonts } from './dimensions.js'
import { createGpu, type Gpu } from './gpu.js'
import { type LinkTarget, linkTarget } from './link-target.js'
import { filterPaste, pasteQuestion } from './paste-filter.js'
import { parseClipboardWrite } from './remote-clipboard.js'
import { type RescueHint, type RescueShell, rescueHint } from './rescue-hints.js'
import { type TerminalLook, terminalTheme } from './terminal-colors.js'
import { createTerminalSearch, type Matches, noMatches } from './terminal-search.js'

export interface PasteRequest {
  /** Another for each: a second paste is another question. */
  id: number
  text: string
  removed: readonly { line: number; count: number }[]
  why: 'runs' | 'large'
}
export type TerminalNotice = { kind: 'clipboard'; length: number } | { kind: 'filtered'; count: number } | RescueHint

export interface LiveState {
  /** Something has been shown: worth keeping on screen when the connection is gone. */
  hasOutput: boolean
  /** Set by a program on the server; stripped. */
  title: string
  bell: boolean
  link: LinkTarget | undefined
  matches: Matches
  paste: PasteRequest | undefined
  notice: TerminalNotice | undefined
}

export interface TerminalAppearance extends TerminalLook {
  fontSize: number
  scrollback: number
  screenReader: boolean
  remoteClipboard: boolean
  /** The shell of a rescue system: a word about what a restart undoes. */
  rescueShell: RescueShell | undefined
}
/** A bell is a mark for two seconds; more bells within them are the same mark. */
const bellMs = 2000
const noticeMs = 6000
/** Long enough to be read after the editor was opened and left again in alarm. */
const hintMs = 20_000
/** Longer input than the contract takes in one message is cut; the server sees one stream anyway. */
const inputChars = 64 * 1024
/** A drag of the window's edge asks for many sizes; the server redraws for the last. */
const resizeMs = 80
/** After a shell that did not end cleanly: no mouse and focus reports, no bracketed paste, whole screen, plain colours, cursor shown. */
const freshStart = '\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?2004l\x1b[!p\x1b[0m\x1b[?25h'
const leaveAlternateScreen = '\x1b[?1049l'

export type LiveTerminal = ReturnType<typeof createLiveTerminal>

export function createLiveTerminal(o: { dimensions: Dimensions; onDidFit(dimensions: Dimensions): void }) {
  const host = document.createElement('div')
  host.className = 'rt-term-host'
  let appearance: TerminalAppearance = {
    scheme: 'dark',
    rescue: false,
    fontSize: 13,
    scrollback: 5000,
    screenReader: false,
    remoteClipboard: false,
    rescueShell: undefined,
  }
  const terminal = new Terminal({ ...options(), ...o.dimensions })
  let port: MessagePort | undefined
  let acks: AckCounter | undefined
  let gpu: Gpu | undefined
  let opened = false
  let visible = false
  let acceptsInput = false
  /** What the server's terminal was last told, through the present port. */
  let sent: Dimensions | undefined
  let resizeTimer: ReturnType<typeof setTimeout> | undefined
  const timers = new Map<'bell' | 'notice', ReturnType<typeof setTimeout>>()
  let disposed = false

  let state: LiveState = {
    hasOutput: false,
    title: '',
    bell: false,
    link: undefined,
    matches: noMatches,
    paste: undefined,
    notice: undefined,
  }
  const listeners = new Set<() => void>()
  function set(change: Partial<LiveState>) {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }
  function passing<K extends 'bell' | 'notice'>(key: K, value: LiveState[K], ms: number) {
    clearTimeout(timers.get(key))
    set({ [key]: value })
    timers.set(
      key,
      setTimeout(() => set({ [key]: key === 'bell' ? false : undefined }), ms),
    )
  }

  // -- bytes ---------------------------------------------------------------------------------------------------------------
  const post = (message: TerminalInput) => port?.postMessage(message)

  function attach(next: MessagePort, isFresh: boolean) {
    detach()
    port = next
    const counter = createAckCounter((bytes) => next.postMessage({ kind: 'ack', bytes }))
    acks = counter
    if (isFresh && state.hasOutput) beginAnew()
    next.onmessage = ({ data }: MessageEvent<Uint8Array | TerminalEvent>) => {
      if (!(data instanceof Uint8Array)) {
        if (data?.kind === 'replay' && !isFresh) terminal.reset()
        return
      }
      const { length } = data
      counter.received(length)
      terminal.write(data, () => counter.parsed(length))
      if (!state.hasOutput) set({ hasOutput: true })
    }
    sent = undefined
    if (opened) tellSize()
    if (!visible) post({ kind: 'visible', visible })
  }

  /** What the former shell showed stays above. Once its output is parsed: only then is it known where it left the cursor. */
  function beginAnew() {
    terminal.write('', () => {
      const { type } = terminal.buffer.active
      terminal.write(`${type === 'alternate' ? leaveAlternateScreen : ''}${freshStart}`, () => {
        if (terminal.buffer.active.cursorX > 0) terminal.write('\r\n')
      })
    })
  }

  function detach() {
    acks?.dispose()
    port?.close()
    port = undefined
  }

  /** The command line as the screen shows it, wrapped lines joined. */
  function typedLine(): string {
    const { baseY, cursorY } = terminal.buffer.active
    let first = baseY + cursorY
    while (first > 0 && terminal.buffer.active.getLine(first)?.isWrapped) first--
    let text = ''
    for (let at = first; at <= baseY + cursorY; at++)
      text += terminal.buffer.active.getLine(at)?.translateToString(at === baseY + cursorY) ?? ''
    return text
  }
  function hint(text: string) {
    const { rescueShell } = appearance
    // In an editor the lines are text; only a shell's prompt is judged.
    if (!rescueShell || !text.includes('\r') || terminal.buffer.active.type === 'alternate') return
    const found = rescueHint(typedLine() + text.slice(0, text.indexOf('\r')), rescueShell)
    if (found) passing('notice', found, hintMs)
  }

  function type(text: string) {
    if (!acceptsInput) return
    hint(text)
    for (let at = 0; at < text.length; at += inputChars) post({ kind: 'input', text: text.slice(at, at + inputChars) })
  }
  terminal.onData(type)
  // Old mouse reports are bytes, not text; above 127 they would arrive as two. Programs ask for SGR reports since 2012.
  terminal.onBinary((bytes) => /^[\0-\x7f]*$/.test(bytes) && type(bytes))

  // -- what the server's programs may do -----------------------------------------------------------------------------------
  terminal.onTitleChange((title) => set({ title: stripServerLine(title, 120) }))
  terminal.onBell(() => state.bell || passing('bell', true, bellMs))
  terminal.parser.registerOscHandler(52, (data) => {
    const text = appearance.remoteClipboard && visible && document.hasFocus() && hasFocus() ? parseClipboardWrite(data) : undefined
    if (text) {
      bridge.copy(text)
      passing('notice', { kind: 'clipboard', length: text.length }, noticeMs)
    }
    return true
  })

  function hover(uri: string, shown?: string) {
    set({ link: linkTarget(uri, shown) })
  }
  function open(event: MouseEvent, uri: string) {
    const target = (bridge.platform === 'darwin' ? event.metaKey : event.ctrlKey) ? linkTarget(uri) : undefined
    if (target) bridge.openExternal(target.url)
  }
  function leave() {
    set({ link: undefined })
  }

  function options(): ITerminalOptions {
    return {
      // The grapheme widths and the search highlights (decorations) are proposed API; no server-controlled feature depends on it.
      allowProposedApi: true,
      fontFamily,
      cursorBlink: false,
      drawBoldTextInBrightColors: false,
      minimumContrastRatio: 4.5,
      rescaleOverlappingGlyphs: true,
      rightClickSelectsWord: false,
      linkHandler: {
        activate: (event, uri) => open(event, uri),
        hover: (_event, uri, range) => hover(uri, textIn(range.start.y, range.start.x, range.end.x)),
        leave,
        allowNonHttpProtocols: false,
      },
    }
  }
  const textIn = (line: number, from: number, to: number) =>
    terminal.buffer.active.getLine(line - 1)?.translateToString(true, from - 1, to) ?? ''

  // -- paste: one way in for keys, menus, middle click and drop --------------------------------------------------------------
  let pastes = 0
  function offer(raw: string) {
    if (!raw || !acceptsInput) return
    const { text, removed } = filterPaste(raw)
    const why = pasteQuestion(text, terminal.modes.bracketedPasteMode)
    if (why) set({ paste: { id: ++pastes, text, removed, why } })
    else send(text, removed)
  }
  function send(text: string, removed: PasteRequest['removed']) {
    const count = removed.reduce((sum, { count }) => sum + count, 0)
    if (count) passing('notice', { kind: 'filtered', count }, noticeMs)
    if (text) terminal.paste(text)
    terminal.scrollToBottom()
  }
  function stop(event: Event) {
    event.preventDefault()
    event.stopPropagation()
  }
  // Captured before xterm's own handlers, which send a text unfiltered.
  host.addEventListener(
    'paste',
    (event) => {
      stop(event)
      offer(event.clipboardData?.getData('text/plain') ?? '')
    },
    { capture: true },
  )
  host.addEventListener('dragover', (event) => event.preventDefault(), { capture: true })
  host.addEventListener(
    'drop',
    (event) => {
      stop(event)
      offer(event.dataTransfer?.getData('text/plain') ?? '')
      terminal.focus()
    },
    { capture: true },
  )
  terminal.attachCustomKeyEventHandler((event) => !matchShortcut(event, bridge.platform))

  // -- words, links, hits ----------------------------------------------------------------------------------------------------
  terminal.loadAddon(new UnicodeGraphemesAddon())
  terminal.loadAddon(new WebLinksAddon(open, { hover: (_event, uri) => hover(uri), leave }))
  const search = createTerminalSearch(terminal, {
    look: () => appearance,
    matches: () => state.matches,
    onMatches: (matches) => set({ matches }),
    onDidShow: dress,
  })
  function dress() {
    terminal.options.theme = terminalTheme(appearance, search.isOn())
  }

  // -- size and look ---------------------------------------------------------------------------------------------------------
  function fit() {
    const screen = host.querySelector('.xterm-screen')
    if (!opened || !screen || !host.clientWidth || !host.clientHeight) return
    const { width, height } = screen.getBoundingClientRect()
    const style = getComputedStyle(host)
    const room = {
      width: host.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight),
      height: host.clientHeight - Number.parseFloat(style.paddingTop) - Number.parseFloat(style.paddingBottom),
    }
    const next = fitDimensions(room, { width: width / terminal.cols, height: height / terminal.rows })
    if (visible) o.onDidFit(next)
    if (next.cols !== terminal.cols || next.rows !== terminal.rows) terminal.resize(next.cols, next.rows)
    if (next.cols === sent?.cols && next.rows === sent.rows) return
    clearTimeout(resizeTimer)
    if (sent) resizeTimer = setTimeout(tellSize, resizeMs)
    else tellSize()
  }
  function tellSize() {
    if (!port) return
    sent = { cols: terminal.cols, rows: terminal.rows }
    post({ kind: 'resize', dimensions: sent })
  }
  const observer = new ResizeObserver(fit)

  async function openTerminal() {
    await loadTerminalFonts()
    if (disposed || opened) return
    opened = true
    terminal.open(host)
    gpu = createGpu(terminal)
    gpu.use(visible)
    observer.observe(host)
    fit()
    if (wantsFocus) focus()
  }

  function look(next: TerminalAppearance) {
    const isOtherScheme = appearance.scheme !== next.scheme
    appearance = next
    dress()
    if (isOtherScheme) search.markAnew()
    terminal.options.scrollback = next.scrollback
    terminal.options.screenReaderMode = next.screenReader
    if (terminal.options.fontSize === next.fontSize) return
    terminal.options.fontSize = next.fontSize
    requestAnimationFrame(fit)
  }

  let wantsFocus = false
  const hasFocus = () => host.contains(document.activeElement)
  function focus() {
    wantsFocus = !opened
    terminal.focus()
  }

  return {
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    state: () => state,
    /** Puts the terminal into a box of the page; the first time it opens there. */
    mount(box: HTMLElement) {
      box.append(host)
      void openTerminal()
    },
    setAppearance: look,
    setVisible(next: boolean) {
      if (visible === next) return
      visible = next
      gpu?.use(next)
      post({ kind: 'visible', visible: next })
      if (next) fit()
    },
    /** Whether keys go to the server: only while its shell is open and no question stands before it. */
    setAcceptsInput(next: boolean) {
      acceptsInput = next
      terminal.options.disableStdin = !next
      // Said yes to for the shell that was there.
      if (!next && state.paste) set({ paste: undefined })
    },
    /** `isFresh`: the shell behind the port is another one than the one shown so far (what is shown stays above). */
    attach,
    focus,
    hasFocus,
    copy() {
      const text = terminal.getSelection()
      if (text) bridge.copy(text)
    },
    hasSelection: () => terminal.hasSelection(),
    /** A program on the server follows the mouse: clicks are its own. */
    followsMouse: () => terminal.modes.mouseTrackingMode !== 'none',
    selection: () => terminal.getSelection(),
    async paste() {
      offer(await bridge.readClipboard())
    },
    /** The person's answer to `state().paste`; an edited text is filtered again. */
    answerPaste(text: string | undefined) {
      set({ paste: undefined })
      if (text !== undefined) send(filterPaste(text).text, [])
      focus()
    },
    find: search.find,
    endSearch: search.end,
    /** As if typed. */
    type(text: string) {
      if (acceptsInput) terminal.input(text)
    },
    clear: () => terminal.clear(),
    /** Pixels from the top of the terminal to the lower edge of the cursor's line. */
    cursorBottom() {
      const screen = host.querySelector('.xterm-screen')
      if (!screen) return 0
      const { height } = screen.getBoundingClientRect()
      return Number.parseFloat(getComputedStyle(host).paddingTop) + ((terminal.buffer.active.cursorY + 1) * height) / terminal.rows
    },
    dispose() {
      disposed = true
      detach()
      clearTimeout(resizeTimer)
      for (const timer of timers.values()) clearTimeout(timer)
      observer.disconnect()
      gpu?.dispose()
      terminal.dispose()
      host.remove()
    },
  }
}
