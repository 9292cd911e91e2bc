/**
 * What a rescue system shows of itself and of the customer's disks. Names, labels and texts come from the machine: untrusted,
 * already stripped for showing, never to be pasted into a command by a face.
 */
import { z } from 'zod'
import { ErrorInfo } from './errors.js'

/** `reads` changes nothing · `writes` changes the customer's disk, with a copy · `data` can lose data and is confirmed by typing. */
export const Risk = z.enum(['reads', 'writes', 'data'])
export type Risk = z.infer<typeof Risk>

export const CommandRecord = z.strictObject({
  at: z.iso.datetime(),
  /** As one would type it; without standard input. */
  command: z.string(),
  risk: Risk,
  exitCode: z.number().int().optional(),
  milliseconds: z.number().nonnegative(),
  timedOut: z.boolean(),
})
export type CommandRecord = z.infer<typeof CommandRecord>

/** A command that is shown before it runs. */
export const PlannedCommand = z.strictObject({
  command: z.string(),
  risk: Risk,
  /** A secret a person types is written to its standard input. */
  asks: z.enum(['passphrase', 'password']).optional(),
})
export type PlannedCommand = z.infer<typeof PlannedCommand>

export const DiskRole = z.enum([
  'system', // holds (or, while locked, may hold) a system
  'data', // a file system without a system
  'boot', // /boot of the chosen system
  'efi',
  'bios-boot',
  'swap',
  'rescue', // this rescue system's own disk
  'raid-member',
  'lvm-member',
  'luks', // locked
  'unknown',
])
export type DiskRole = z.infer<typeof DiskRole>

/** A system found on a file system by a read-only look. */
export const FoundSystem = z.strictObject({
  /** `PRETTY_NAME` of os-release. */
  os: z.string(),
  hostname: z.string(),
  hasFstab: z.boolean(),
  /** Where on a btrfs its root is: `@`, `@/.snapshots/1/snapshot`. */
  subvolume: z.string().optional(),
  /** Newest of the files a running system writes (wtmp, journal), ISO. */
  lastStarted: z.iso.datetime().optional(),
  /** Its host keys compared with the lines set aside. `proven`: its private key signed our challenge. */
  identity: z.strictObject({
    kind: z.enum(['proven', 'same', 'partly', 'other', 'no-keys', 'nothing-known']),
    found: z.number().int(),
    known: z.number().int(),
    keys: z.array(z.strictObject({ type: z.string(), fingerprint: z.string(), known: z.boolean() })),
  }),
})
export type FoundSystem = z.infer<typeof FoundSystem>

/** One place a file system can be, or something that hides one. */
export const Volume = z.strictObject({
  /** `/dev/…`; the key for commands. */
  path: z.string(),
  /** As shown: `sdb1`, `vg0-root`, `md1`. */
  name: z.string(),
  size: z.number().nonnegative(),
  fileSystem: z.string(),
  label: z.string(),
  uuid: z.string(),
  role: DiskRole,
  /** The device itself cannot be written: opened read-only, or write protected. */
  isReadOnly: z.boolean(),
  mountedAt: z.array(z.string()),
  system: FoundSystem.optional(),
  /** Where fstab of the chosen system mounts it. */
  goesTo: z.string().optional(),
  /** The look inside, or mounting it, failed. */
  error: ErrorInfo.optional(),
})
export type Volume = z.infer<typeof Volume>

/** Things to open before the file system inside can be seen: RAID → LUKS → LVM, joined by a line in the window. */
export const ChainLink = z.strictObject({
  kind: z.enum(['raid', 'luks', 'lvm']),
  name: z.string(),
  members: z.array(z.string()),
  size: z.number().nonnegative(),
  /** `degraded`: usable, opened or not, but members are missing; `failed`: too many are, or `error` says why. */
  state: z.enum(['to-open', 'locked', 'open', 'degraded', 'failed']),
  /** `raid1`, `LUKS2`, a volume group's name. */
  detail: z.string(),
  missing: z.number().int().nonnegative(),
  /** Why it cannot be opened. */
  error: ErrorInfo.optional(),
})
export type ChainLink = z.infer<typeof ChainLink>

/** One plan with everything it runs, in order; `digest` binds a yes to exactly these commands. */
export const MachinePlan = z.strictObject({
  digest: z.string(),
  purpose: z.enum(['unlock', 'mount', 'mount-read-only', 'unmount']),
  /** Where a plan to mount puts the system's root. */
  root: z.string().optional(),
  commands: z.array(PlannedCommand),
  risk: Risk,
})
export type MachinePlan = z.infer<typeof MachinePlan>

/** A file system of the customer's and where it is mounted. */
export const Mount = z.strictObject({ device: z.string(), at: z.string(), readOnly: z.boolean() })
export type Mount = z.infer<typeof Mount>

export const DisksState = z.strictObject({
  phase: z.enum(['not-looked', 'looking', 'found', 'failed']),
  at: z.iso.datetime().optional(),
  error: ErrorInfo.optional(),
  rescue: z.strictObject({ os: z.string(), hostname: z.string(), isRescue: z.boolean() }).optional(),
  volumes: z.array(Volume),
  chain: z.array(ChainLink),
  /** The volume the plans are for: the most likely system, or what a person chose. */
  chosen: z.string().optional(),
  unlock: MachinePlan.optional(),
  mount: MachinePlan.optional(),
  mountReadOnly: MachinePlan.optional(),
  /** While something is mounted or open: the way back, for everything. */
  unmount: MachinePlan.optional(),
  mounted: z
    .strictObject({
      device: z.string(),
      root: z.string(),
      readOnly: z.boolean(),
      /** RescueTerm mounted it; otherwise it was found mounted (legacy VPS). */
      ours: z.boolean(),
      others: z.array(z.strictObject({ device: z.string(), at: z.string() })),
      /** /dev, /proc, /sys, /run are there: programs of the system can run. */
      bound: z.boolean(),
    })
    .optional(),
  /** What else of the customer's is mounted, by hand or of another system, in the order it was; what lies below another one goes with it. */
  elsewhere: z.array(Mount).optional(),
  /** Present while something runs: `mount`, `unlock`… */
  busy: z.enum(['mount', 'unlock', 'unmount', 'identity']).optional(),
})
export type DisksState = z.infer<typeof DisksState>

/** Everything of the customer's that is mounted, the chosen system first. */
export const allMounts = ({ mounted, elsewhere = [] }: DisksState): Mount[] =>
  mounted ? [{ device: mounted.device, at: mounted.root, readOnly: mounted.readOnly }, ...elsewhere] : elsewhere
