import { CopyButton } from './copy-button.js'

const cutTo = 7

/**
 * A SHA256 fingerprint in groups of four, told apart by tint and a 2 px gap, so that two can be compared by eye. Copied without
 * gaps, whole. `cut` keeps the beginning and the end (status line); never cut where a person decides.
 */
export function Fingerprint({ value, cut, copy = true }: { value: string; cut?: boolean; copy?: boolean }) {
  const colon = value.indexOf(':') + 1
  const head = value.slice(0, colon)
  const body = value.slice(colon)
  return (
    <span className="rt-fp">
      {cut ? (
        <span>{`${value.slice(0, cutTo + 6)}…${value.slice(-4)}`}</span>
      ) : (
        <span>
          <span className="rt-dim">{head}</span>
          {groups(body).map(({ at, text }) => (
            <i key={at}>{text}</i>
          ))}
        </span>
      )}
      {copy && <CopyButton text={value} />}
    </span>
  )
}

const groups = (text: string) =>
  Array.from({ length: Math.ceil(text.length / 4) }, (_, i) => ({ at: i, text: text.slice(i * 4, i * 4 + 4) }))
