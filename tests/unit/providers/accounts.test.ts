import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../electron/log.js'
import { createAccounts } from '../../../electron/providers/accounts.js'
import { answerVault, createPortVault, noVault, type SecretVault, type VaultAnswer } from '../../../electron/providers/vault.js'
import { createVault, type SafeStorage } from '../../../electron/window/vault.js'
import type { NewAccount } from '../../../shared/provider.js'
import { createFakeClock } from '../../support/fake-clock.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accounts-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Reversible and unlike its input; another keyring opens nothing. */
function keyring(o: { available?: boolean; backend?: string; name?: string } = {}): SafeStorage {
  const name = o.name ?? 'login'
  return {
    isEncryptionAvailable: () => o.available ?? true,
    getSelectedStorageBackend: () => o.backend ?? 'gnome_libsecret',
    encryptString: (text) => Buffer.from(JSON.stringify([name, text])).reverse(),
    decryptString(bytes) {
      const [by, text] = JSON.parse(Buffer.from(bytes).reverse().toString()) as [string, string]
      if (by !== name) throw new Error('Error while decrypting the ciphertext')
      return text
    },
  }
}
const vault = (storage = keyring(), platform: NodeJS.Platform = 'linux') => createVault({ folder, storage, platform, log: silentLog })
const parts = { clock: createFakeClock(), log: silentLog }
const open = async (store: SecretVault = vault()) => {
  const accounts = createAccounts({ dataDir: folder, vault: store, parts })
  await accounts.load()
  return accounts
}

const cloud: NewAccount = { kind: 'hetzner-cloud', label: 'shop' }
const ovh: NewAccount = {
  kind: 'ovhcloud',
  label: 'ab12345-ovh',
  endpoint: 'ovh-ca',
  signIn: { kind: 'keys', applicationKey: 'ak' },
  readMail: true,
}

describe('accounts', () => {
  it('are kept without their secrets, readable by their owner only; secrets only in the vault', async () => {
    const accounts = await open()
    const id = await accounts.add(ovh, { applicationSecret: 'SECRETas', consumerKey: 'SECRETck' })
    expect(accounts.list()).toEqual([{ account: { ...ovh, id }, secrets: 'kept', needs: ['applicationSecret', 'consumerKey'] }])
    for (const file of ['accounts.json', 'vault.json']) {
      expect(await readFile(join(folder, file), 'utf8')).not.toContain('SECRET')
      expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600)
    }
    const again = await open()
    expect(again.list()).toEqual(accounts.list())
    const provider = await again.provider(id)
    expect(provider.capabilities('vps/x').credentials).toBe('mail')
    expect(await again.provider(id)).toBe(provider)
  })

  it('have one adapter however many ask at once, and none with the secrets of before', async () => {
    const store = vault()
    const accounts = await open(store)
    const id = await accounts.add(cloud, { token: 'SECRETold' })
    const read = store.read
    // A keyring that lets one wait: new secrets come in between.
    let answer = () => {}
    const answered = new Promise<void>((resolve) => {
      answer = resolve
    })
    store.read = async (one) => {
      const text = await read(one)
      await answered
      return text
    }
    const early = [accounts.provider(id), accounts.provider(id)]
    store.read = read
    await accounts.setSecrets(id, { token: 'SECRETnew' })
    answer()
    const [first, second] = await Promise.all(early)
    expect(second).toBe(first)
    expect(await accounts.provider(id)).not.toBe(first)
  })

  it.each([
    ['no keyring', keyring({ available: false }), 'no-keyring'],
    ['a keyring that hides nothing', keyring({ backend: 'basic_text' }), 'plain-text'],
    ['a keyring nobody knows', keyring({ backend: 'unknown' }), 'no-keyring'],
  ])('live in memory with %s, and are asked again', async (_, storage, reason) => {
    expect(await vault(storage).available()).toEqual({ kind: 'none', reason })
    const accounts = await open(vault(storage))
    const id = await accounts.add(cloud, { token: 'SECRETtoken' })
    expect(accounts.list()[0]?.secrets).toBe('this-run')
    await accounts.provider(id)
    expect(await readFile(join(folder, 'vault.json'), 'utf8').catch(() => '')).not.toContain('SECRET')
    const again = await open(vault(storage))
    expect(again.list()[0]?.secrets).toBe('missing')
    await expect(again.provider(id)).rejects.toMatchObject({ problem: 'secret-missing' })
    await again.setSecrets(id, { token: 'SECRETtoken' })
    await again.provider(id)
  })

  it('work without a vault, and with one whose disk is full', async () => {
    const full: SecretVault = { ...vault(), write: () => Promise.reject(new Error('ENOSPC')) }
    for (const store of [noVault, full]) {
      const accounts = await open(store)
      const id = await accounts.add(cloud, { token: 'SECRETtoken' })
      expect(accounts.list().at(-1)?.secrets).toBe('this-run')
      await accounts.remove(id)
    }
  })

  it('ask again when the keyring is another one', async () => {
    const id = await (await open()).add(cloud, { token: 'SECRETtoken' })
    const accounts = await open(vault(keyring({ name: 'other' })))
    expect(accounts.list()[0]?.secrets).toBe('missing')
    await expect(accounts.provider(id)).rejects.toMatchObject({ problem: 'secret-missing' })
  })

  it('need every secret of their kind', async () => {
    const accounts = await open()
    const id = await accounts.add(ovh, { applicationSecret: 'SECRETas' })
    expect(accounts.list()[0]?.secrets).toBe('missing')
    await accounts.update(id, { ...ovh, signIn: { kind: 'oauth2', clientId: 'x' } })
    expect(accounts.list()[0]?.needs).toEqual(['clientSecret'])
    await expect(accounts.update(id, { ...ovh, endpoint: 'kimsufi-eu', signIn: { kind: 'oauth2', clientId: 'x' } })).rejects.toMatchObject({
      problem: 'no-oauth',
    })
  })

  it('are another provider once they change', async () => {
    const accounts = await open()
    const id = await accounts.add(cloud, { token: 'SECRETtoken' })
    const before = await accounts.provider(id)
    await accounts.setSecrets(id, { token: 'SECRETother' })
    expect(await accounts.provider(id)).not.toBe(before)
  })

  it('go with their secrets', async () => {
    const accounts = await open()
    const id = await accounts.add(cloud, { token: 'SECRETtoken' })
    await accounts.remove(id)
    expect(accounts.list()).toEqual([])
    expect(await vault().read(id)).toBeUndefined()
    await expect(accounts.provider(id)).rejects.toMatchObject({ code: 'not-found' })
    await expect(accounts.remove(id)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('survive a vault file that makes no sense', async () => {
    const id = await (await open()).add(cloud, { token: 'SECRETtoken' })
    await writeFile(join(folder, 'vault.json'), '{"entries":[')
    const accounts = await open()
    expect(accounts.list()[0]?.secrets).toBe('missing')
    await accounts.setSecrets(id, { token: 'SECRETtoken' })
    expect((await open()).list()[0]?.secrets).toBe('kept')
  })
})

describe('the vault', () => {
  it('needs no backend where the system has one keyring', async () => {
    expect(await vault(keyring({ backend: 'basic_text' }), 'darwin').available()).toEqual({ kind: 'safe' })
  })

  it('keeps several writes at once', async () => {
    const store = vault()
    await Promise.all(['a', 'b', 'c'].map((id) => store.write(id, `value ${id}`)))
    expect(await Promise.all(['a', 'b', 'c'].map((id) => store.read(id)))).toEqual(['value a', 'value b', 'value c'])
  })

  describe('over the port', () => {
    function pair(store: SecretVault) {
      const answers: Promise<VaultAnswer | undefined>[] = []
      const port = createPortVault((question) => {
        // As the port does it: a copy, later.
        const answer = answerVault(store, structuredClone(question))
        answers.push(answer)
        void answer.then((found) => port.receive(structuredClone(found)))
      })
      return { port, answers }
    }

    it('reads, writes, removes', async () => {
      const { port } = pair(vault())
      expect(await port.available()).toEqual({ kind: 'safe' })
      await port.write('a', 'SECRETvalue')
      expect(await port.read('a')).toBe('SECRETvalue')
      await port.remove('a')
      expect(await port.read('a')).toBeUndefined()
    })

    it('answers in any order', async () => {
      const store = vault()
      await store.write('a', 'A')
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const { port } = pair({ ...store, read: (id) => (id === 'slow' ? held.then(() => 'S') : store.read(id)) })
      const slow = port.read('slow')
      expect(await port.read('a')).toBe('A')
      release()
      expect(await slow).toBe('S')
    })

    it('says no more than no', async () => {
      const { port, answers } = pair({ ...vault(), write: (_, value) => Promise.reject(new Error(`cannot keep ${value}`)) })
      await expect(port.write('a', 'SECRETvalue')).rejects.toThrow(/^the vault refused$/)
      expect(JSON.stringify(await Promise.all(answers))).not.toContain('SECRET')
    })

    it.each(['ping', { vault: 1 }, { vault: 1, ask: { kind: 'read', id: '../x' } }, { vault: 1, ask: { kind: 'dump' } }, undefined])(
      'takes nothing else for a question: %j',
      async (message) => expect(await answerVault(vault(), message)).toBeUndefined(),
    )

    it.each(['up', { vault: 'x' }, undefined])('takes nothing else for an answer: %j', (message) =>
      expect(createPortVault(() => {}).receive(message)).toBe(false),
    )
  })
})
