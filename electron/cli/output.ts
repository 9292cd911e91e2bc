/** Where words go: results on stdout, everything else on stderr, one JSON document when asked for, colours on a terminal only. */
import type { Texts } from './texts.js'

export interface Output {
  texts: Texts
  language: 'en' | 'fr'
  json: boolean
  /** A result for people; nothing under `--json`. */
  print(text: string): void
  /** The one document; nothing without `--json`. */
  document(value: unknown): void
  /** Progress, questions, explanations. */
  tell(text: string): void
  style: Style
}
export type Style = Record<'bold' | 'dim' | 'red' | 'green' | 'amber', (text: string) => string>

const codes: Record<keyof Style, [number, number]> = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], amber: [33, 39] }

/** NO_COLOR: https://no-color.org (any non-empty value). */
export const hasColours = (stream: { isTTY?: boolean | undefined }, environment: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb'

export function createStyle(colours: boolean): Style {
  const style = Object.entries(codes).map(([name, [on, off]]) => [
    name,
    (text: string) => (colours ? `\x1b[${on}m${text}\x1b[${off}m` : text),
  ])
  return Object.fromEntries(style) as Style
}

export function createOutput(o: {
  texts: Texts
  language: 'en' | 'fr'
  json: boolean
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  environment: NodeJS.ProcessEnv
}): Output {
  // People's results go to stdout, their explanations to stderr: both are plain as soon as one of them is piped.
  const colours = hasColours(o.stderr, o.environment) && hasColours(o.stdout, o.environment)
  return {
    texts: o.texts,
    language: o.language,
    json: o.json,
    style: createStyle(colours),
    print(text) {
      if (!o.json) o.stdout.write(`${text}\n`)
    },
    document(value) {
      if (o.json) o.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
    },
    tell: (text) => void o.stderr.write(`${text}\n`),
  }
}

/** Text that somebody else wrote (a server, a file): control and bidirectional characters are taken out before it reaches the terminal. */
export const harmless = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => (character === '\n' || character === '\t' ? character : '�'))
