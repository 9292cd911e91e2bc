/**
 * A clock inside the page, installed with `page.evaluate(installPageClock)`: no message between the key and what it shows is
 * counted. Keys are timed from the moment the browser made the event. Reads the rows that xterm draws as DOM.
 */

export interface PageClock {
  /** The next `key` starts it; it ends when the last line of the terminal in front, or of another one then, is the prompt. */
  arm(key: string, where: 'same' | 'another'): void
  /** Milliseconds. */
  elapsed(): Promise<number>
  /** Of the terminal in front. */
  lastLine(): string
  /** From now on every `x` is recorded, until `recorded`; at a prompt with nothing typed, so that the n-th echo is the n-th key's. */
  record(): void
  /** By key press, all times of the page's clock, once every echo is drawn; without `parsed` and `drawn` where none came in 10 s. */
  recorded(): Promise<KeyTimes[]>
  /** Milliseconds from the first byte handed to an xterm of its own in the same place until the last is drawn. */
  drawAlone(text: string, times: number): Promise<number>
}

export interface KeyTimes {
  /** The browser made the event. */
  down: number
  /** The page got it. */
  page: number
  /** The terminal has parsed the echo: it moves its hidden text field to the cursor at that moment. */
  parsed?: number
  /** The echo stands in the DOM, in the frame that shows it. */
  drawn?: number
}

declare global {
  var benchClock: PageClock
}

/** What xterm's own bundles define when they are evaluated in the page. */
interface XtermGlobals {
  Terminal: typeof import('@xterm/xterm').Terminal
  UnicodeGraphemesAddon: typeof import('@xterm/addon-unicode-graphemes')
}

/** Runs in the page: uses nothing from outside its own body. */
export function installPageClock() {
  const front = '.rt-tab-body:not([hidden])'
  const watched = { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['style'] }

  const rows = () => document.querySelector(`${front} .xterm-rows`)
  function lastLine(box = rows()): string {
    const lines = box?.children ?? []
    for (let at = lines.length - 1; at >= 0; at--) {
      const text = lines[at]?.textContent?.trimEnd()
      if (text) return text
    }
    return ''
  }

  let result: Promise<number> | undefined
  function arm(key: string, where: 'same' | 'another') {
    const before = rows()
    result = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`no prompt within five minutes: ${lastLine()}`)), 300_000)
      function onKey(event: KeyboardEvent) {
        if (event.key !== key) return
        removeEventListener('keydown', onKey, { capture: true })
        const began = event.timeStamp
        const observer = new MutationObserver(() => {
          if ((rows() === before) === (where === 'another') || !/rt>$/.test(lastLine())) return
          observer.disconnect()
          resolve(performance.now() - began)
        })
        observer.observe(document.body, watched)
      }
      addEventListener('keydown', onKey, { capture: true })
    })
  }

  let recording: KeyTimes[] = []
  let stop = () => {}
  function record() {
    stop()
    recording = []
    const field = document.querySelector<HTMLElement>(`${front} .xterm-helper-textarea`)!
    const column = () => Math.round(Number.parseFloat(field.style.left) / Number.parseFloat(field.style.width))
    const start = column()
    const fill = (name: 'parsed' | 'drawn', echoed: number) => {
      for (const one of recording.slice(0, echoed)) one[name] ??= performance.now()
    }
    const observer = new MutationObserver(() => {
      fill('parsed', column() - start)
      fill('drawn', /x*$/.exec(lastLine())![0].length)
    })
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'x') recording.push({ down: event.timeStamp, page: performance.now() })
    }
    observer.observe(document.querySelector(front)!, watched)
    addEventListener('keydown', onKey, { capture: true })
    stop = () => {
      observer.disconnect()
      removeEventListener('keydown', onKey, { capture: true })
    }
  }

  async function drawAlone(text: string, times: number) {
    const { Terminal, UnicodeGraphemesAddon } = globalThis as unknown as XtermGlobals
    const stack = document.querySelector(`${front} .rt-term-stack`)!
    const box = document.createElement('div')
    box.className = 'rt-term-host'
    box.style.cssText = 'position:absolute;inset:0;z-index:1;background:black'
    stack.append(box)
    const { width } = document.querySelector(`${front} .xterm-screen`)!.getBoundingClientRect()
    const cell = Number.parseFloat(document.querySelector<HTMLElement>(`${front} .xterm-helper-textarea`)!.style.width)
    const terminal = new Terminal({
      allowProposedApi: true,
      cols: Math.round(width / cell),
      rows: rows()!.childElementCount,
      scrollback: 5000,
      fontFamily: '"JetBrains Mono", monospace',
      fontSize: 13,
      minimumContrastRatio: 4.5,
      rescaleOverlappingGlyphs: true,
    })
    terminal.loadAddon(new UnicodeGraphemesAddon.UnicodeGraphemesAddon())
    terminal.open(box)
    const bytes = new TextEncoder().encode(text)
    const chunk = 64 * 1024
    const most = 512 * 1024
    let waiting = 0
    let wake = () => {}
    const drawn = new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        if (!/rt>$/.test(lastLine(box.querySelector('.xterm-rows')))) return
        observer.disconnect()
        resolve()
      })
      observer.observe(box, watched)
    })
    const began = performance.now()
    for (let round = 0; round < times; round++) {
      for (let at = 0; at < bytes.length; at += chunk) {
        const part = bytes.slice(at, at + chunk)
        waiting += part.length
        terminal.write(part, () => {
          waiting -= part.length
          wake()
        })
        while (waiting >= most)
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    }
    terminal.write('rt> ')
    await drawn
    const took = performance.now() - began
    terminal.dispose()
    box.remove()
    return took
  }

  globalThis.benchClock = {
    arm,
    elapsed: () => result!,
    lastLine: () => lastLine(),
    record,
    async recorded() {
      for (let tries = 0; tries < 400 && recording.some(({ drawn }) => drawn === undefined); tries++)
        await new Promise((resolve) => setTimeout(resolve, 25))
      stop()
      return recording
    },
    drawAlone,
  }
}
