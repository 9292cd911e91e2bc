import { expect, it } from 'vitest'
import { mailParts } from '../../../../renderer/sign-in/mail-parts.js'
import { readRescueMail } from '../../../../shared/rescue-mail.js'

const id = '11111111-2222-3333-4444-555555555555'
const shown = (text: string) => mailParts(readRescueMail(text))

it('hides every password, wherever it stands in the text', () => {
  const parts = shown('Password: aB3dE6gH9k\nOther password: xY7zW8vU\nAgain: aB3dE6gH9k or xY7zW8vU')
  expect(parts.map((part) => part.text).join('')).not.toMatch(/aB3dE6gH9k|xY7zW8vU/)
  expect(parts.filter((part) => part.kind === 'secret')).toHaveLength(4)
})

it('keeps the rest of the text as it is', () => {
  const text = 'Login: root\nHost: 203.0.113.7, vps-1.example.net\nBye'
  const parts = shown(text)
  expect(parts.map((part) => part.text).join('')).toBe(text)
  expect(parts.filter((part) => part.kind === 'found').map((part) => part.text)).toEqual(['root', '203.0.113.7', 'vps-1.example.net'])
})

it('cuts the number in a link', () => {
  const parts = shown(`- password: https://www.ovh.com/manager/secret/#?id=${id}`)
  expect(parts.find((part) => part.kind === 'found')?.text).toBe('https://www.ovh.com/manager/secret/#?id=1111…5555')
})
