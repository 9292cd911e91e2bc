#!/usr/bin/env node
// Stands in for `fpm` where only Debian's own tools are at hand: understands what electron-builder asks for a .deb, and no more.
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Options that may come more than once, options with one value, and `FROM=TO` for each file or folder. */
function parse(words) {
  const many = { '-d': [], '--deb-recommends': [] }
  const one = {}
  const files = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === '--force') continue
    if (word in many) many[word].push(words[++i])
    else if (word.startsWith('-')) one[word] = words[++i]
    else files.push([word.slice(0, word.lastIndexOf('=')), word.slice(word.lastIndexOf('=') + 1)])
  }
  return { many, one, files }
}

const { many, one, files } = parse(process.argv.slice(2))
if (one['-t'] !== 'deb') throw new Error(`only deb, not ${one['-t']}`)
const root = mkdtempSync(join(tmpdir(), 'deb-'))
try {
  for (const [from, to] of files) place(from, join(root, to))
  mkdirSync(join(root, 'DEBIAN'))
  for (const [option, name] of [
    ['--after-install', 'postinst'],
    ['--after-remove', 'postrm'],
  ]) {
    if (!one[option]) continue
    copyFileSync(one[option], join(root, 'DEBIAN', name))
    chmodSync(join(root, 'DEBIAN', name), 0o755)
  }
  writeFileSync(join(root, 'DEBIAN/control'), control())
  // xz at its default level takes a minute for a tenth of the size; -z1 is enough for a package that is built often.
  const flags = ['--root-owner-group', `-Z${one['--deb-compression'] ?? 'xz'}`, '-z1']
  execFileSync('dpkg-deb', [...flags, '--build', root, one['--package']], { stdio: 'inherit' })
} finally {
  rmSync(root, { recursive: true, force: true })
}

function place(from, to) {
  mkdirSync(dirname(to), { recursive: true })
  cpSync(from, to, { recursive: true, verbatimSymlinks: true })
  const copied = statSync(to)
  if (!copied.isDirectory()) chmodSync(to, copied.mode & 0o100 ? 0o755 : 0o644)
}

function control() {
  const size = execFileSync('du', ['-sk', '--apparent-size', root], { encoding: 'utf8' }).split('\t')[0]
  const [summary, ...rest] = one['--description']
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const fields = {
    Package: one['--name'],
    Version: one['--version'],
    Architecture: one['--architecture'],
    Maintainer: one['--maintainer'],
    Vendor: one['--vendor'],
    Homepage: one['--url'],
    License: one['--license'],
    Section: one['--category'] ?? 'default',
    Priority: one['--deb-priority'],
    'Installed-Size': size,
    Depends: many['-d'].join(', '),
    Recommends: many['--deb-recommends'].join(', '),
    Description: [summary, ...rest.map((line) => ` ${line}`)].join('\n'),
  }
  const given = Object.entries(fields).filter(([, value]) => value)
  return given.map(([name, value]) => `${name}: ${value}\n`).join('')
}
