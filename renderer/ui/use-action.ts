import { useState } from 'react'
import { call } from '../api.js'

/** Commands from one place: its buttons are off while any of them runs, and a failure is shown. */
export function useAction() {
  const [running, setRunning] = useState(0)
  async function run<T>(command: Promise<T>): Promise<T | undefined> {
    setRunning((n) => n + 1)
    try {
      return await call(command)
    } finally {
      setRunning((n) => n - 1)
    }
  }
  return { isBusy: running > 0, run: <T>(command: Promise<T>) => void run(command), runAndWait: run }
}
