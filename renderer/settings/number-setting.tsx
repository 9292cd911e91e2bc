import { NumberInput } from '@mantine/core'
import { useEffect, useState } from 'react'

interface NumberSettingProps {
  label: string
  min: number
  max: number
  step: number
  value: number
  onChange: (value: number) => void
}

/** Takes effect with Enter, a step or when it is left: half a number would do what nobody asked for (a scrollback of 1 line). */
export function NumberSetting({ label, min, max, step, value, onChange }: NumberSettingProps) {
  const [typed, setTyped] = useState<string | number>(value)
  useEffect(() => setTyped(value), [value])
  function commit(wanted: string | number = typed) {
    const next = wanted === '' ? value : Math.max(min, Math.min(max, Number(wanted)))
    setTyped(next)
    if (next !== value) onChange(next)
  }
  return (
    <NumberInput
      size="xs"
      w={180}
      aria-label={label}
      min={min}
      max={max}
      step={step}
      allowDecimal={false}
      allowNegative={false}
      value={typed}
      onChange={setTyped}
      onValueChange={({ floatValue }, { source }) => {
        if (['increment', 'decrement'].includes(source)) commit(floatValue)
      }}
      onBlur={() => commit()}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit()
      }}
    />
  )
}
