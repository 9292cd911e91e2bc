/** A tiny file system: one disk of the practice machine. Paths are absolute inside the disk, normalised, `/` is its top. */
export interface TreeNode {
  kind: 'directory' | 'file'
  text: string
}
export type Tree = Map<string, TreeNode>

/** Builds a tree from files; a name ending in `/` is an empty directory. Parents are made. */
export function createTree(files: Record<string, string>): Tree {
  const tree: Tree = new Map([['/', { kind: 'directory', text: '' }]])
  for (const [path, text] of Object.entries(files)) {
    const directory = path.endsWith('/')
    const clean = directory ? path.slice(0, -1) : path
    for (let parent = parentOf(clean); parent !== '/'; parent = parentOf(parent)) tree.set(parent, { kind: 'directory', text: '' })
    tree.set(clean, directory ? { kind: 'directory', text: '' } : { kind: 'file', text })
  }
  return tree
}

/** Names directly inside `path`, sorted; empty for a file. */
export function namesIn(tree: Tree, path: string): string[] {
  const prefix = path === '/' ? '/' : `${path}/`
  const names: string[] = []
  for (const key of tree.keys())
    if (key.startsWith(prefix) && key.length > prefix.length && !key.includes('/', prefix.length)) names.push(key.slice(prefix.length))
  return names.sort()
}

/** Removes a node and everything below it. */
export function removeFrom(tree: Tree, path: string): void {
  for (const key of [...tree.keys()]) if (key === path || key.startsWith(`${path}/`)) tree.delete(key)
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

/** Resolves `.`/`..`/doubled slashes of `path` against `cwd`. */
export function normalise(path: string, cwd: string): string {
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}
