#!/usr/bin/env node
// Stands in for `fpm` where only Debian's own tools are at hand: understands what electron-builder asks for a .deb, and no more.
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const args = process.argv.slice(2),
  many = { '-d': [], '--deb-recommends': [] },
  one = {},
  files = []
while (args.length) {
  const arg = args.shift()
  if (arg === '--force') continue
  if (arg in many) many[arg].push(args.shift())
  else if (arg.startsWith('-')) one[arg] = args.shift()
  else files.push(arg)
}
if (one['-t'] !== 'deb') throw new Error(`only deb, not ${one['-t']}`)
const root = mkdtempSync(join(tmpdir(), 'deb-'))
try {
  for (const file of files) {
    const at = file.lastIndexOf('='),
      from = file.slice(0, at),
      to = join(root, file.slice(at + 1))
    mkdirSync(dirname(to), { recursive: true })
    cpSync(from, to, { recursive: true, verbatimSymlinks: true, mode: 2 /* clone where the file system can */ })
    if (!statSync(to).isDirectory()) chmodSync(to, 0o644)
  }
  mkdirSync(join(root, 'DEBIAN'))
  for (const [option, name] of [
    ['--after-install', 'postinst'],
    ['--after-remove', 'postrm'],
  ])
    if (one[option]) {
      copyFileSync(one[option], join(root, 'DEBIAN', name))
      chmodSync(join(root, 'DEBIAN', name), 0o755)
    }
  const size = execFileSync('du', ['-sk', '--apparent-size', root], { encoding: 'utf8' }).split('\t')[0]
  const [summary, ...rest] = one['--description']
    .split('\n')
    .map((l) => l.trim())
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
    Description: [summary, ...rest.map((l) => ` ${l}`)].join('\n'),
  }
  writeFileSync(
    join(root, 'DEBIAN/control'),
    Object.entries(fields)
      .filter(([, v]) => v)
      .map(([k, v]) => `${k}: ${v}\n`)
      .join(''),
  )
  execFileSync(
    'dpkg-deb',
    [
      '--root-owner-group',
      `-Z${one['--deb-compression'] ?? 'xz'}`,
      ...(process.env.DEB_LEVEL ? [`-z${process.env.DEB_LEVEL}`] : []),
      '--build',
      root,
      one['--package'],
    ],
    { stdio: 'inherit' },
  )
} finally {
  rmSync(root, { recursive: true, force: true })
}
