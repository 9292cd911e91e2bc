/**
 * What RescueTerm writes into a user's file while lines are set aside, readable without RescueTerm: marks in front of lines, one
 * note per file, and the comment of an added rescue key. Everything carries the intervention's id.
 */
import { sha1 } from './sha1.js'

export const markOf = (id: string) => `#rescueterm:${id} `

/** Marks in front of a line, outermost first, and what they stand before. Several interventions may hold one line. */
export function splitMarks(text: string): { ids: string[]; content: string } {
  const chain = /^(?:#rescueterm:[A-Za-z0-9_-]+ )+/.exec(text)?.[0] ?? ''
  return { ids: Array.from(chain.matchAll(/:(\S+) /g), (match) => match[1]!), content: text.slice(chain.length) }
}

/** The line without one mark, wherever it stands among the others. */
export function withoutMark(text: string, id: string): string {
  const { ids, content } = splitMarks(text)
  const others = ids.filter((other) => other !== id)
  return others.map(markOf).join('') + content
}

/** Comment of the rescue key that is also written. */
export const commentOf = (id: string) => `rescueterm:${id}`

/** Stands for the bytes of an unterminated last line, so that the final newline RescueTerm supplied can be taken back. */
export const lineStamp = (content: string) => sha1(content).toString('hex').slice(0, 8)

/** The one line above the first change of a file. `stamp`: see `lineStamp`; undefined if the file ended in a newline. */
export function noteText(o: { id: string; date: string; marks: boolean; key: boolean; stamp: string | undefined }): string {
  const what = o.marks
    ? `lines that start with "${markOf(o.id)}" are set aside while their server is in rescue mode. To undo by hand, delete that start and this note`
    : `the line that ends in ${commentOf(o.id)} is the key of a rescue system. To undo by hand, delete it and this note`
  const key = o.marks && o.key ? `, and the line that ends in ${commentOf(o.id)}` : ''
  return `# RescueTerm ${o.date}: ${what}${key}.${o.stamp ? ` [no final newline: ${o.stamp}]` : ''}`
}

/** The stamp a note carries. */
export const stampOf = (note: string): string | undefined => /^# RescueTerm .* \[no final newline: ([0-9a-f]{8})\]\r?$/.exec(note)?.[1]

/** A note of this intervention, whatever it says. */
export const isNoteOf = (text: string, id: string) =>
  text.startsWith('# RescueTerm ') && (text.includes(markOf(id)) || text.includes(` ${commentOf(id)} `))

/** True for any line that shows that an intervention is in force. */
export const isTrace = (text: string) => /^#rescueterm:|^# RescueTerm .*rescueterm:| rescueterm:[A-Za-z0-9_-]+\r?$/.test(text)
