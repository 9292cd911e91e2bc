/** What to do by hand on the rescue system, step by step, as commands to copy. Nothing is run from here. */
import { Command } from '../host-key/question-parts.js'
import { useT } from '../i18n.js'
import type { ByHand } from './steps.js'

const commands = {
  disks: ['look', 'mount', 'check'],
  repair: ['fstab', 'enter', 'sshd'],
  leave: ['out', 'unmount', 'reboot'],
} as const satisfies Record<ByHand, readonly string[]>

const shell: Record<(typeof commands)[ByHand][number], string> = {
  look: 'lsblk -f',
  mount: 'mount /dev/sdb1 /mnt',
  check: 'cat /mnt/etc/hostname /mnt/etc/fstab',
  fstab: 'findmnt --verify --tab-file /mnt/etc/fstab',
  enter: 'for d in dev proc sys; do mount --rbind /$d /mnt/$d; done; chroot /mnt',
  sshd: 'sshd -t',
  out: 'exit',
  unmount: 'cd / && sync && umount -R /mnt',
  reboot: 'reboot',
}

export function Guide({ step }: { step: ByHand }) {
  const t = useT()
  return (
    <>
      <h2>{t(`rescue.guide.${step}.title`)}</h2>
      <p>{t(`rescue.guide.${step}.text`)}</p>
      <ol className="rt-guide">
        {commands[step].map((name) => (
          <li key={name}>
            {t(`rescue.guide.do.${name}`)}
            <Command text={shell[name]} label={t('rescue.guide.copy', { command: shell[name] })} />
          </li>
        ))}
      </ol>
    </>
  )
}
