/**
 * Files of this computer and of a server behind one interface, so that browsing, copying and editing are written once. Paths are
 * absolute texts (`path-bytes.ts`). Every failure is an AppError `path-…` that names the path.
 */
export type FileKind = 'file' | 'directory' | 'link' | 'special'

export interface FileInfo {
  kind: FileKind
  size: number
  /** Seconds since 1970. */
  mtime: number
  /** Permission bits only (07777). */
  mode: number
  uid: number
  gid: number
}

export interface FoundFile extends FileInfo {
  name: string
  /** Of a link: what stands at its end; absent when it leads nowhere or in a circle. */
  target?: 'file' | 'directory' | 'special'
}

export interface OpenFile {
  info(): Promise<FileInfo>
  /** Fills `into` from its beginning, perhaps not to its end. @returns how many bytes; 0 at the end of the file. */
  read(position: number, into: Buffer): Promise<number>
  write(position: number, bytes: Buffer): Promise<void>
  truncate(size: number): Promise<void>
  /** What is written survives a power cut, where the other side can promise that. */
  sync(): Promise<void>
  close(): Promise<void>
}

export interface FileSystem {
  readonly side: 'local' | 'server'
  /** Best length of one read or write, and how many bytes may be under way at most. */
  readonly chunk: number
  readonly inFlight: number
  join(directory: string, name: string): string
  /** Of the root: the root. */
  parent(path: string): string
  baseName(path: string): string
  home(): Promise<string>
  /** Absolute, without links. */
  resolve(path: string): Promise<string>
  /** Pages as they come; names that are no names (`a/b`, empty, twice the same) are left out and told at the end. */
  list(path: string, o: { targets: boolean; signal: AbortSignal }): AsyncGenerator<FoundFile[], { refused: number }>
  /** Of a link: the link itself. */
  info(path: string): Promise<FileInfo>
  /** At the end of links. */
  target(path: string): Promise<FileInfo>
  openForReading(path: string): Promise<OpenFile>
  /** `create` fails when something is there, a dangling link included; `continue` when nothing is. */
  openForWriting(path: string, how: 'create' | 'continue', mode: number): Promise<OpenFile>
  makeDirectory(path: string, mode: number): Promise<void>
  removeFile(path: string): Promise<void>
  removeDirectory(path: string): Promise<void>
  /** Without `replace` it fails when `to` exists. With it `to` is replaced in one step, or in two with a way back; never removed first. */
  rename(from: string, to: string, replace: boolean): Promise<void>
  readLink(path: string): Promise<string>
  makeLink(target: string, path: string): Promise<void>
  setMode(path: string, mode: number): Promise<void>
  setOwner(path: string, uid: number, gid: number): Promise<void>
  setTime(path: string, mtime: number): Promise<void>
  /** Undefined when it cannot be told. */
  space(path: string): Promise<{ freeBytes: number; readOnly: boolean } | undefined>
}

/** A name as a directory may hold it, whoever wrote it. */
export const isName = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0')

export const kindOf = (mode: number): FileKind => {
  switch (mode & 0o170000) {
    case 0o100000:
      return 'file'
    case 0o040000:
      return 'directory'
    case 0o120000:
      return 'link'
    default:
      return 'special'
  }
}

/** Whether something stands at `path`, a link included. */
export async function infoIfThere(files: FileSystem, path: string): Promise<FileInfo | undefined> {
  try {
    return await files.info(path)
  } catch (error) {
    if ((error as { code?: unknown }).code === 'path-missing') return undefined
    throw error
  }
}
