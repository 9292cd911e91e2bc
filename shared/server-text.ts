/**
 * Text written by a server (banners, prompts, terminal titles, disconnect reasons) before it is shown: terminal sequences,
 * control, bidi, invisible and private-use characters are gone, stacked accents are cut, and the length is bounded.
 */

// CSI, OSC/DCS/SOS/PM/APC with their strings, and two-byte escapes (ECMA-48), in 7- and 8-bit form.
const sequences =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g
const lineEnds = /\r\n|[\r\n\v\f\x85\u2028\u2029]/g
// Cc controls, Cf bidi marks, zero-width characters and tags, Cs lone surrogates, Co private use (fonts draw anything there).
const invisible = /[^\P{C}\n]/gu
// More than four accents on one letter are not writing but an attempt to paint over other lines.
const stackedMarks = /(\p{M}{4})\p{M}+/gu

/** Keeps line breaks (as LF). `max` counts UTF-16 units; a longer text ends in `…`. */
export function stripServerText(text: string, max = 4000): string {
  // Bounded before the work: what is thrown away should cost nothing either.
  const bounded = text.slice(0, max * 4)
  const stripped = bounded
    .replace(sequences, '')
    .replace(lineEnds, '\n')
    .replace(/\t/g, ' ')
    .replace(invisible, '')
    .replace(stackedMarks, '$1')
    .replace(/[^\S\n]+$/gm, '')
    .trim()
  return stripped.length > max || text.length > bounded.length ? cut(stripped, max) : stripped
}

/** For places with one line: line breaks and runs of blanks become one space. */
export function stripServerLine(text: string, max = 200): string {
  const line = stripServerText(text, max * 4)
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > max ? cut(line, max) : line
}

/** Not through the middle of a surrogate pair. */
const cut = (text: string, max: number) => `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`
