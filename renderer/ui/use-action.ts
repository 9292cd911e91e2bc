import { useState } from 'react'
import { call } from '../api.js'

/** One command at a time from one place: its buttons are off while it runs, and a failure is shown. */
export function useAction() {
  const [isBusy, setBusy] = useState(false)
  async function run<T>(command: Promise<T>): Promise<T | undefined> {
    setBusy(true)
    try {
      return await call(command)
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, run: <T>(command: Promise<T>) => void run(command), runAndWait: run }
}
