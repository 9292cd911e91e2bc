import { expect, it } from 'vitest'
import { parseClipboardWrite } from '../../../../renderer/terminal/remote-clipboard.js'

const base64 = (text: string) => Buffer.from(text).toString('base64')

it.each([
  ['c', `c;${base64('hello')}`, 'hello'],
  ['no selection', `;${base64('hello')}`, 'hello'],
  ['UTF-8', `c;${base64('é漢')}`, 'é漢'],
  ['control characters', `c;${base64('a\x1b[31mb\nc')}`, 'a[31mb\nc'],
  ['a question is never answered', 'c;?', undefined],
  ['another selection', `q;${base64('x')}`, undefined],
  ['nothing', 'c;', undefined],
  ['no base64', 'c;***', undefined],
  ['bytes that are not UTF-8', `c;${Buffer.from([0xff, 0xfe]).toString('base64')}`, undefined],
  ['too large', `c;${base64('x'.repeat(200 * 1024))}`, undefined],
])('%s', (_, data, text) => expect(parseClipboardWrite(data)).toBe(text))
