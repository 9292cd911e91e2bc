/** Which entry GRUB starts, on menus as grub-mkconfig writes them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readGrubMenu } from '../../../electron/repair/boot/grub-menu.js'

/** Debian 12, as the facts carry it: `wanted` as GRUB_DEFAULT makes it. */
const debian = (wanted: string) => `==> /boot/grub/grub.cfg
   set default="\${next_entry}"
   set default="${wanted}"
function savedefault {
}
function load_video {
}
menuentry 'Debian GNU/Linux' --class debian --class os $menuentry_id_option 'gnulinux-simple-uu-id' {
	linux	/boot/vmlinuz-6.1.0-31-amd64 root=UUID=uu-id ro  quiet
}
submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option 'gnulinux-advanced-uu-id' {
	menuentry 'Debian GNU/Linux, with Linux 6.1.0-31-amd64' --class os $menuentry_id_option 'gnulinux-6.1.0-31-amd64-advanced-uu-id' {
		linux	/boot/vmlinuz-6.1.0-31-amd64 root=UUID=uu-id ro  quiet
	}
	menuentry 'Debian GNU/Linux, with Linux 6.1.0-30-amd64' --class os $menuentry_id_option 'gnulinux-6.1.0-30-amd64-advanced-uu-id' {
		linux	/boot/vmlinuz-6.1.0-30-amd64 root=UUID=uu-id ro  quiet
	}
}
menuentry 'Memory test (memtest86+ 6.10, x64)' {
	linux	/boot/memtest86+x64.bin
}
menuentry 'It'"'"'s "a > b"' --id=odd {
	linux /vmlinuz-5.10.0-9-amd64 ro
}
menuentry 'UEFI Firmware Settings' $menuentry_id_option 'uefi-firmware' {
}
`
const saved = '$'.concat('{saved_entry}')
const [newest, older, oldest] = ['vmlinuz-6.1.0-31-amd64', 'vmlinuz-6.1.0-30-amd64', 'vmlinuz-5.10.0-9-amd64']

describe('an entry', () => {
  const entry = (lines: string) => readGrubMenu(`menuentry 'A' {\n${lines}}\n`, '', '').starts
  it.each([
    ['as written with one', '\tlinux /boot/vmlinuz-6.1\n\tinitrd /boot/initrd.img-6.1\n', true],
    ['early microcode before it', '\tlinux /boot/vmlinuz-6.1\n\tinitrd /early.img /boot/initrd.img-6.1\n', true],
    ['by UEFI', '\tlinuxefi /vmlinuz-6.1\n\tinitrdefi /initramfs-6.1.img\n', true],
    ['as written where there was none', '\tlinux /boot/vmlinuz-6.1 root=/dev/sdb1 ro\n', false],
  ])('knows whether an initramfs is loaded: %s', (_, lines, initramfs) => {
    expect(entry(lines)).toMatchObject({ kernel: 'vmlinuz-6.1', initramfs })
  })

  it('has what is loaded in it, not in the next one', () => {
    const menu = "menuentry 'A' {\n\tlinux /vmlinuz-1\n}\nmenuentry 'B' {\n\tinitrd /initrd.img-1\n}\n"
    expect(readGrubMenu(menu, '', '').entries.map(({ initramfs }) => initramfs)).toEqual([false, false])
  })

  it('knows it of files of their own', () => {
    const bls = 'id a-2\ntitle A\nlinux /vmlinuz-2\ninitrd /initramfs-2.img\nid a-1\ntitle B\nlinux /vmlinuz-1\n'
    expect(readGrubMenu('blscfg\n', bls, '').entries.map(({ initramfs }) => initramfs)).toEqual([true, false])
  })
})

describe('the default of a menu', () => {
  it.each<[string, string, string, string | undefined, boolean]>([
    ['the first', '0', '', newest, true],
    ['nothing said', '', '', newest, true],
    ['nothing saved yet', saved, '', newest, true],
    ['a number', '3', '', oldest, true],
    ['an entry without a kernel of the system', '2', '', undefined, true],
    ['a number that is too high', '5', '', newest, false],
    ['a submenu: its first', '1', '', newest, true],
    ['numbers in a submenu', '1>1', '', older, true],
    ['a number in a submenu that is too high', '1>2', '', newest, false],
    ['a title', 'Debian GNU/Linux, with Linux 6.1.0-30-amd64', '', newest, false],
    ['titles in a submenu', 'Advanced options for Debian GNU/Linux>Debian GNU/Linux, with Linux 6.1.0-30-amd64', '', older, true],
    ['ids in a submenu', 'gnulinux-advanced-uu-id>gnulinux-6.1.0-30-amd64-advanced-uu-id', '', older, true],
    ['an id and a number', 'gnulinux-advanced-uu-id>1', '', older, true],
    ['an id of a kernel that is gone', 'gnulinux-advanced-uu-id>gnulinux-6.1.0-9-amd64-advanced-uu-id', '', newest, false],
    ['an id with =', 'odd', '', oldest, true],
    ['a title with a doubled >', 'It\'s \\"a >> b\\"', '', oldest, true],
    ['saved', saved, 'saved_entry=1>1\n', older, true],
    ['saved by id', '$saved_entry', 'saved_entry=odd\n', oldest, true],
    ['saved, and gone since', saved, 'saved_entry=gone\n', newest, false],
    ['for one start', '0', '# GRUB Environment Block\nsaved_entry=0\nnext_entry=1>1\n####', older, true],
    ['digits in front', '3-x', '', oldest, true],
  ])('%s: %s', (_, wanted, environment, kernel, isFound) => {
    const menu = readGrubMenu(debian(wanted), '', environment)
    expect([menu.starts?.kernel, menu.isDefaultFound]).toEqual([kernel, isFound])
  })

  it('counts entries that are files of their own, the newest first', () => {
    const bls = [
      'id ab12-0-rescue\ntitle Rocky Linux (0-rescue)\nlinux /vmlinuz-0-rescue-ab12\n',
      'id ab12-5.14.0-70.el9\ntitle Rocky Linux (5.14.0-70.el9)\nlinux /vmlinuz-5.14.0-70.el9\ninitrd /x\n',
      'id ab12-5.14.0-503.el9\ntitle Rocky Linux (5.14.0-503.el9)\nlinux /boot/vmlinuz-5.14.0-503.el9\n',
      'id broken\ntitle x\n',
    ].join('\n')
    const at = (environment: string) => {
      const menu = readGrubMenu("set default=$saved_entry\nblscfg\nmenuentry 'Firmware' {\n}\n", bls, environment)
      return [menu.starts?.kernel, menu.isDefaultFound]
    }
    expect(at('')).toEqual(['vmlinuz-5.14.0-503.el9', true])
    expect(at('saved_entry=ab12-5.14.0-70.el9\n')).toEqual(['vmlinuz-5.14.0-70.el9', true])
    expect(at('saved_entry=2\n')).toEqual(['vmlinuz-0-rescue-ab12', true])
    expect(at('saved_entry=ab12-5.14.0-69.el9\n')).toEqual(['vmlinuz-5.14.0-503.el9', false])
    // A machine id of digits is a name, where it is one.
    const digits = readGrubMenu('set default=12-b\nblscfg', 'id 12-b\nlinux /vmlinuz-2\nid 12-a\nlinux /vmlinuz-1', '')
    expect([digits.starts?.kernel, digits.isDefaultFound]).toEqual(['vmlinuz-2', true])
  })

  it('takes the first of several files that holds an entry', () => {
    const menu = readGrubMenu('==> /boot/grub/grub.cfg\n==> /boot/grub2/grub.cfg\nlinux /vmlinuz-1\n==> /x\nlinux /vmlinuz-2', '', '')
    expect(menu.starts?.kernel).toBe('vmlinuz-1')
  })

  it('takes whatever stands there', () => {
    const word = fc.constantFrom(
      'menuentry',
      'submenu',
      "'a'",
      '"',
      "'",
      '{',
      '}',
      '\n',
      ' ',
      'linux /vmlinuz-1',
      'blscfg',
      'set default=',
      '>',
      '1',
      '\\',
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), fc.string(), fc.string(), (words, bls, environment) => {
        readGrubMenu(words.join(''), bls, environment)
      }),
    )
  })
})
