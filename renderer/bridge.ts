import type { Bridge } from '../shared/bridge.js'

declare global {
  interface Window {
    readonly rescueterm: Bridge
  }
}

/** The preload's gift, see `shared/bridge.ts`. */
export const bridge = window.rescueterm
