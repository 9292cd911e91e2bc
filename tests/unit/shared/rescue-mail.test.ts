import { describe, expect, it } from 'vitest'
import { barePassword, mailServer, readRescueMail } from '../../../shared/rescue-mail.js'

const id = '11111111-2222-3333-4444-555555555555'
const link = `https://www.ovh.com/manager/secret/#?id=${id}`

/** Password in clear: what was pasted, what has to be found. */
const clear: [name: string, mail: string, password: string][] = [
  ['an old VPS mail', '[vps123456.ovh.net] Your VPS is now in rescue mode\n\nLogin: root\nPassword: aB3dE6gH9k\n', 'aB3dE6gH9k'],
  ['French, blank before the colon', 'Utilisateur : root\nMot de passe : aB3dE6gH9k\n', 'aB3dE6gH9k'],
  ['French with no-break blanks', 'Mot\u00a0de\u00a0passe\u00a0:\u00a0aB3dE6gH9k', 'aB3dE6gH9k'],
  ['list items, trailing blanks, CRLF', ' - user: root\r\n - password: aB3dE6gH9k   \r\n', 'aB3dE6gH9k'],
  ['a sentence', 'Hello,\nThe password is aB3dE6gH9k. Keep it.\n', 'aB3dE6gH9k'],
  ['a French sentence', 'Votre mot de passe est : aB3dE6gH9k\nCordialement', 'aB3dE6gH9k'],
  ['words between label and value', 'The root password of the rescue system: aB3dE6gH9k', 'aB3dE6gH9k'],
  ['label and value on two lines', 'Login\nroot\nPassword:\n\n  aB3dE6gH9k\n\nBye', 'aB3dE6gH9k'],
  ['markdown emphasis', '**Password:** `aB3dE6gH9k`', 'aB3dE6gH9k'],
  ['quotation marks', 'Password: "aB3dE6gH9k"', 'aB3dE6gH9k'],
  ['guillemets', 'Mot de passe : « aB3dE6gH9k »', 'aB3dE6gH9k'],
  ['a quoted reply', '> Login: root\n> Password: aB3dE6gH9k\n> Bye', 'aB3dE6gH9k'],
  ['twice quoted', '>> Login: root\n> > Password: aB3dE6gH9k', 'aB3dE6gH9k'],
  ['HTML with entities', '<p>Login: <b>root</b></p><p>Password: <b>a&lt;B&amp;3&gt;&quot;&#39;k</b></p>', `a<B&3>"'k`],
  [
    'an HTML table',
    '<table><tr><td>Login</td><td>root</td></tr>\n<tr><td>Password&nbsp;:</td><td>aB3dE6gH9k</td></tr></table>',
    'aB3dE6gH9k',
  ],
  ['HTML with style and head', '<head><title>x</title></head><style>p{password:red}</style><p>Password: aB3dE6gH9k</p>', 'aB3dE6gH9k'],
  ['quoted-printable', 'Bonjour,=20\nVotre mot de passe de secours g=C3=A9n=C3=A9r=C3=A9 : aB3=\ndE6=3DgH9k\n', 'aB3dE6=gH9k'],
  ['zero-width characters', 'Password: aB3\u200bdE6gH9k\ufeff', 'aB3dE6gH9k'],
  ['a note after it', 'Password: aB3dE6gH9k (valid once)', 'aB3dE6gH9k'],
  ['a password that ends in =', 'Login: root\nPassword: aB3dE6gH9=\nBye', 'aB3dE6gH9='],
  ['a password with =3D in plain text', 'Login: root\nPassword: aB=3DE6gH9\nBye', 'aB=3DE6gH9'],
  ['a password that ends in a full stop', 'Password: aB3dE6gH9.', 'aB3dE6gH9.'],
  ['signs of shells and markup', `Password: a<&>$'"\\b!`, `a<&>$'"\\b!`],
  ['an unpaired quotation mark', `Password: "aB3'dE6`, `"aB3'dE6`],
  ['colons inside', 'Password: a:B3:d=E6', 'a:B3:d=E6'],
  ['letters that are not ASCII', 'Mot de passe : pâté9Ä', 'pâté9Ä'],
  ['the rescue one of two', 'Panel password: oldOLD11\nRescue password: aB3dE6gH9k', 'aB3dE6gH9k'],
  ['no label, one made word', 'Hello,\nYour server is in rescue mode.\n\n   aB3dE6gH9k\n\nBye', 'aB3dE6gH9k'],
]

describe('a password in clear', () => {
  it.each(clear)('%s', (_, mail, password) => {
    const { text, passwords } = readRescueMail(mail)
    expect(passwords[0]?.value).toBe(password)
    expect(text.slice(passwords[0]?.start, passwords[0]?.end)).toBe(password)
  })

  it('offers both of two that differ, and one of two that are the same', () => {
    expect(readRescueMail('Password: oneONE11\n\nPassword: twoTWO22').passwords.map((one) => one.value)).toEqual(['oneONE11', 'twoTWO22'])
    expect(readRescueMail('Password: oneONE11\n\nPassword: oneONE11').passwords).toHaveLength(1)
  })

  it.each([
    ['stars', '- mot de passe : **********'],
    ['a link', `- password: ${link}`],
    ['a word that leads on', 'You find your password below.\nPassword: below'],
    ['no password at all', 'Your VPS was restarted. See https://docs.ovh.com/x for help.\nRegards'],
    ['another word that holds the label', 'passwordless login: enabled99'],
    ['an empty label at the end', 'Password:'],
  ])('is not found in %s', (_, mail) => expect(readRescueMail(mail).passwords).toEqual([]))
})

describe('the rest of the mail', () => {
  const mail = readRescueMail(
    [
      'Subject: [ab12345-ovh] [vps-0a1b2c3d.vps.ovh.ca] Access settings for VPS rescue mode',
      'Date: Tue, 24 Nov 2026 02:11:40 +0100',
      'From: support@ovh.com',
      ' - IP address: 203.0.113.10',
      ' - user: root',
      ` - password: ${link}`,
    ].join('\n'),
  )

  it('knows server, user, date and link, and where they stand', () => {
    expect(mail.names.map((one) => one.value)).toEqual(['vps-0a1b2c3d.vps.ovh.ca'])
    expect(mail.addresses.map((one) => one.value)).toEqual(['203.0.113.10'])
    expect(mail.user?.value).toBe('root')
    expect(mail.date?.value).toBe('2026-11-24T01:11:40.000Z')
    expect(mail.link).toMatchObject({ value: link, host: 'www.ovh.com', id })
    expect(mail.text.slice(mail.date?.start, mail.date?.end)).toBe('24 Nov 2026 02:11:40 +0100')
    expect(mail.text.slice(mail.link?.start, mail.link?.end)).toBe(link)
  })

  it.each([
    ['Le mardi 24 novembre 2026 à 02:11', [2026, 10, 24, 2, 11]],
    ['Envoyé le 24/11/2026 02:11', [2026, 10, 24, 2, 11]],
    ['2026-11-24 02:11', [2026, 10, 24, 2, 11]],
    ['le 3 août 2026 à 14h05', [2026, 7, 3, 14, 5]],
    ['1er février 2026 08:00', [2026, 1, 1, 8, 0]],
  ] as const)('reads the date of %s as local time', (text, [y, m, d, h, min]) =>
    expect(readRescueMail(text).date?.value).toBe(new Date(y, m, d, h, min).toISOString()),
  )

  it('reads the link of the older page and of HTML mails', () => {
    const older = 'https://www.ovh.com/secret-as-a-service-ui/#!/secret-retrieve?id=mr8n2f85-tv19-6h1j-cu5m-lwfct1n5mali'
    expect(readRescueMail(`espace sécurisé : ${older}`).link?.id).toBe('mr8n2f85-tv19-6h1j-cu5m-lwfct1n5mali')
    expect(readRescueMail(`<p>Password: <a href="${link}">click here</a></p>`)).toMatchObject({ link: { id } })
  })

  it.each([
    `http://www.ovh.com/manager/secret/#?id=${id}`,
    `https://www.ovh.com.evil.example/manager/secret/#?id=${id}`,
    `https://evilovh.com/manager/secret/#?id=${id}`,
    'https://www.ovh.com/manager/secret/#?id=1234',
  ])('does not take %s for the link', (url) => expect(readRescueMail(`password: ${url}`).link).toBeUndefined())

  it('tells this server from another', () => {
    expect(mailServer(mail, { host: '203.0.113.10', name: 'vps-0a1b2c3d' })).toBe('both')
    expect(mailServer(mail, { host: '203.0.113.10', name: 'web' })).toBe('address')
    expect(mailServer(mail, { host: 'vps-0a1b2c3d.vps.ovh.ca', name: 'web' })).toBe('name')
    expect(mailServer(mail, { host: '203.0.113.1', name: 'vps-0a1b2c3' })).toBe('other')
    expect(mailServer(readRescueMail('[ns1.example.net] rescue'), { host: 'ns10.example.net', name: 'ns10' })).toBe('other')
    expect(mailServer(readRescueMail('Password: aB3dE6gH9k'), { host: 'x', name: 'x' })).toBe('unknown')
  })

  it('knows an IPv6 address from a time', () => {
    const { addresses } = readRescueMail('at 02:11:40: 2001:db8:1::17 answers')
    expect(addresses.map((one) => one.value)).toEqual(['2001:db8:1::17'])
  })

  it('answers at once, however long the text', () => {
    const began = performance.now()
    readRescueMail('password '.repeat(20_000))
    readRescueMail(`${'a.'.repeat(40_000)}\n${'=C3=A9=\n'.repeat(5000)}${'<p>'.repeat(20_000)}</p>`)
    readRescueMail('password: "'.repeat(9000))
    expect(performance.now() - began).toBeLessThan(3000)
  })
})

describe('a password by itself', () => {
  it.each([
    ['aB3dE6gH9k', 'aB3dE6gH9k'],
    ['  aB3dE6gH9k \n', 'aB3dE6gH9k'],
    ['correct horse battery', 'correct horse battery'],
    [`a<&>$'"\\b`, `a<&>$'"\\b`],
    ['Password: aB3dE6gH9k', undefined],
    [link, undefined],
    ['two\nlines', undefined],
    ['', undefined],
  ])('%j', (pasted, password) => expect(barePassword(pasted)).toBe(password))
})
