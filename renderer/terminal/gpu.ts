/** Drawing on the graphics card: only where there is one. */
import type { Terminal } from '@xterm/xterm'

// SwiftShader draws 5 frames a second where the DOM draws 50, and `failIfMajorPerformanceCaveat` does not reject it.
const software = /SwiftShader|llvmpipe|softpipe|Software|Basic Render/i
/** A card that loses its context again and again is left alone. */
const maxLosses = 3

let hasCard: boolean | undefined
function hasGraphicsCard(): boolean {
  if (hasCard === undefined) {
    const gl = document.createElement('canvas').getContext('webgl2')
    const info = gl?.getExtension('WEBGL_debug_renderer_info')
    hasCard = !!gl && !!info && !software.test(String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)))
    gl?.getExtension('WEBGL_lose_context')?.loseContext()
  }
  return hasCard
}

export interface Gpu {
  /** Visible terminals draw with it, hidden ones give it back: a page has 16 contexts at most. */
  use(visible: boolean): void
  dispose(): void
}

/** Falls back to drawing with the DOM whenever anything fails; the terminal must be open. */
export function createGpu(terminal: Terminal): Gpu {
  let addon: { dispose(): void } | undefined
  let wanted = false
  let losses = 0
  async function start() {
    try {
      const { WebglAddon } = await import('@xterm/addon-webgl')
      if (!wanted || addon) return
      const webgl = new WebglAddon()
      webgl.onContextLoss(() => {
        losses++
        stop()
      })
      terminal.loadAddon(webgl)
      addon = webgl
    } catch {
      losses = maxLosses
    }
  }
  function stop() {
    addon?.dispose()
    addon = undefined
  }
  return {
    use(visible) {
      wanted = visible
      if (!visible) stop()
      else if (!addon && losses < maxLosses && hasGraphicsCard()) void start()
    },
    dispose() {
      wanted = false
      stop()
    },
  }
}
