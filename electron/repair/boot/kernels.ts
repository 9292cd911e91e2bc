/** The kernels of a system, wherever it keeps them, with what each of them needs to start. Pure. */
import { records } from '../fact-script.js'
import type { BootFile } from './facts.js'
import { newestFirst } from './versions.js'

export interface Kernel {
  version: string
  /** As it is told: `vmlinuz-6.1.0`, `EFI/Linux/debian-6.1.0.efi`. */
  name: string
  /** 0: empty. -1: a link to nothing. */
  size: number
  hasImage: boolean
}

// Debian's `initrd.img-V`, Red Hat's `initramfs-V.img`, SUSE's `initrd-V`; copies that packages and people leave are not started, nor SUSE's
// `vmlinux-V.gz`, which is for debuggers.
const kernelName = /^(?!vmlinux-.*\.(?:gz|xz|zst)$)vmlinu[xz]-(?!.*(?:rescue|\.(?:old|bak|signed)$))(.+)$/
const imageName = /^init(?:rd\.img|ramfs|rd)-(.+?)(?:\.img)?$/

/** Of a kernel's file in /boot; undefined for a copy or a rescue kernel. */
export const versionOf = (name: string): string | undefined => kernelName.exec(name)?.[1]

export function kernelsInBoot(boot: readonly BootFile[]): Kernel[] {
  const images = new Set(boot.flatMap(({ name, size }) => (size > 0 ? (imageName.exec(name)?.[1] ?? []) : [])))
  return boot.flatMap(({ name, size }) => {
    const version = versionOf(name)
    return version === undefined ? [] : [{ version, name, size, hasImage: images.has(version) }]
  })
}

/**
 * Kernels in the EFI partition, of the Boot Loader Specification: `TOKEN/VERSION/linux` with its initrd beside it (type 1), and unified
 * images `EFI/Linux/TOKEN-VERSION.efi` that hold theirs (type 2).
 * @param text records `file SIZE PATH` and `image SIZE yes|no PATH`, paths below the partition; `yes`: an initrd is inside.
 */
export function kernelsInEfi(text: string): Kernel[] {
  const found: Kernel[] = []
  const withImage = new Set<string>()
  for (const record of records(text)) {
    const [, size, folder, version, file] = /^file (\d+) ([^/]+\/([^/]+))\/([^/]+)$/s.exec(record) ?? []
    if (file === 'linux') found.push({ version: version!, name: `${folder}/linux`, size: Number(size), hasImage: false })
    else if (file && Number(size) > 0) withImage.add(folder!)
    const [, imageSize, hasImage, path] = /^image (\d+) (yes|no) ([^/]+\/[^/]+\/([^/]+))$/s.exec(record) ?? []
    if (path) found.push({ version: versionOfImage(path), name: path, size: Number(imageSize), hasImage: hasImage === 'yes' })
  }
  // The same partition may be seen at two places.
  const unique = found.filter(({ name }, index) => found.findIndex((one) => one.name === name) === index)
  return unique.map((one) => ({ ...one, hasImage: one.hasImage || withImage.has(one.name.replace(/\/linux$/, '')) }))
}

/** `debian-6.1.0-31-amd64+3-0.efi`: tries left and done follow the `+`. A name without a version is one itself. */
function versionOfImage(path: string): string {
  const name = path.replace(/^.*\//, '').replace(/(?:\+\d+(?:-\d+)?)?\.efi$/i, '')
  return /(?:^|-)(\d+\.\d.*)$/.exec(name)?.[1] ?? name
}

/** Versions with a kernel, the newest first, and what is missing of each. `newest`: what a start takes, unless its menu names another. */
export function judgeKernels(all: readonly Kernel[], modules: readonly string[]) {
  const found = [...all].sort((a, b) => newestFirst(a.version, b.version))
  const kernels = found.filter(({ size }) => size > 0)
  // `vmlinuz-virt`, `vmlinuz-linux`: a kind of kernel, which no folder is named after.
  const hasModules = (version: string) => (/^\d/.test(version) ? modules.includes(version) : modules.length > 0)
  const versions = (some: readonly Kernel[]) => [...new Set(some.map(({ version }) => version))]
  return {
    kernels: versions(kernels),
    newest: found[0]?.version,
    empty: found.filter(({ size }) => size <= 0),
    withoutImage: versions(kernels.filter(({ hasImage }) => !hasImage)),
    withoutModules: versions(kernels).filter((one) => !hasModules(one)),
  }
}
