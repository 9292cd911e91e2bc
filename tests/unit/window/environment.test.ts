import { expect, test } from 'vitest'
import { coreEnvironment, parseArguments } from '../../../electron/window/environment.js'

test.each([
  [[], {}, undefined, undefined],
  [['root@web-1'], {}, 'root@web-1', undefined],
  [['--enable-logging', 'web-1', 'db-2'], {}, 'web-1', undefined],
  [['--data-dir', '/d', 'web-1'], {}, 'web-1', '/d'],
  [['web-1', '--data-dir=/d'], {}, 'web-1', '/d'],
  [['-p', '2222', 'root@web-1'], {}, 'root@web-1:2222', undefined],
  [['::1', '--port=2222'], {}, '[::1]:2222', undefined],
  [['--port', '22'], {}, undefined, undefined],
  [['--data-dir'], { RESCUETERM_DATA_DIR: '/e' }, undefined, '/e'],
  [['--data-dir='], {}, undefined, undefined],
  [[], { RESCUETERM_DATA_DIR: '' }, undefined, undefined],
  [['-oProxyCommand=evil'], {}, undefined, undefined],
])('%j with %j', (words, environment, target, dataDir) => {
  expect(parseArguments(words, environment)).toEqual({ target, dataDir })
})

test('an over-long word is cut to what the address parser takes', () => {
  expect(parseArguments(['x'.repeat(5000)], {}).target).toHaveLength(600)
})

test('the core gets what it needs and no tokens', () => {
  const given = {
    HOME: '/h',
    PATH: '/bin',
    SSH_AUTH_SOCK: '/s',
    LC_ALL: 'C',
    XDG_CONFIG_HOME: '/x',
    Path: 'p',
    GITHUB_TOKEN: 't',
    NODE_OPTIONS: '--x',
    OVH_ENDPOINT: 'ovh-eu',
  }
  expect(Object.keys(coreEnvironment(given)).sort()).toEqual([
    'HOME',
    'LC_ALL',
    'OVH_ENDPOINT',
    'PATH',
    'Path',
    'SSH_AUTH_SOCK',
    'XDG_CONFIG_HOME',
  ])
})
