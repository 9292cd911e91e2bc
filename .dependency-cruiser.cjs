// Who may import whom. `renderer → shared ← electron core ← faces`; nothing points the other way.
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'renderer-knows-no-electron',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^electron/|^node_modules/(electron|ssh2)/' },
    },
    { name: 'renderer-has-no-node', severity: 'error', from: { path: '^renderer/' }, to: { dependencyTypes: ['core'] } },
    {
      name: 'shared-is-pure',
      comment: 'Schemas and pure logic for both sides: no Node, DOM, React or Electron.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { pathNot: '^shared/|^node_modules/(zod|@orpc/contract|intl-messageformat)/' },
    },
    { name: 'core-knows-no-page', severity: 'error', from: { path: '^electron/' }, to: { path: '^renderer/', pathNot: '\\.json$' } },
    {
      name: 'one-room-speaks-ssh2',
      severity: 'error',
      from: { path: '^(electron|renderer|shared)/', pathNot: '^electron/(ssh|practice)/' },
      to: { path: '^node_modules/(@types/)?ssh2/' },
    },
    {
      name: 'core-knows-no-electron',
      severity: 'error',
      from: { path: '^electron/', pathNot: '^electron/(main|preload|core)\\.ts$|^electron/window/' },
      to: { path: '^node_modules/electron/' },
    },
    {
      name: 'core-knows-no-face',
      severity: 'error',
      from: { path: '^electron/', pathNot: '^electron/((main|preload|core|cli)\\.ts$|window/|cli/)' },
      to: { path: '^electron/((main|preload|core|cli)\\.ts$|window/|cli/)' },
    },
    {
      name: 'faces-do-not-meet',
      severity: 'error',
      from: { path: '^electron/(cli\\.ts$|cli/)' },
      to: { path: '^electron/((main|preload|core)\\.ts$|window/)' },
    },
    { name: 'ssh-and-rescue-are-apart', severity: 'error', from: { path: '^electron/ssh/' }, to: { path: '^electron/rescue/' } },
    { name: 'rescue-and-ssh-are-apart', severity: 'error', from: { path: '^electron/rescue/' }, to: { path: '^electron/ssh/' } },
    {
      name: 'known-hosts-stands-below',
      severity: 'error',
      from: { path: '^electron/known-hosts/' },
      to: { path: '^electron/(ssh|rescue|practice|sessions|window|cli)/' },
    },
    {
      name: 'machine-knows-no-connection',
      comment: 'Commands run through a function; disks and repair are built on that, and know neither ssh2 nor known_hosts files.',
      severity: 'error',
      from: { path: '^electron/(machine|repair)/' },
      to: { path: '^electron/(ssh|rescue|sessions|practice|providers|window|cli)/' },
    },
    {
      name: 'repair-stands-on-machine',
      severity: 'error',
      from: { path: '^electron/machine/' },
      to: { path: '^electron/repair/' },
    },
    {
      name: 'providers-know-no-machine',
      severity: 'error',
      from: { path: '^electron/providers/' },
      to: { path: '^electron/(ssh|rescue|sessions|practice|machine|repair|window|cli)/' },
    },
    {
      name: 'practice-is-a-stranger',
      comment: 'A server like any other: it may not know how the client works.',
      severity: 'error',
      from: { path: '^electron/practice/' },
      to: { path: '^electron/(ssh|rescue|known-hosts|sessions|window|cli)/' },
    },
    {
      name: 'product-imports-no-tests',
      severity: 'error',
      from: { path: '^(electron|renderer|shared|build)/' },
      to: { path: '^tests/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: { path: '^(electron|renderer|shared)/' },
      to: { couldNotResolve: true, pathNot: '\\.(css|woff2|svg|png)$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'], exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
}
