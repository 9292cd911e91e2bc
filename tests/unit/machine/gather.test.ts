import { expect, it } from 'vitest'
import { gather } from '../../../electron/machine/gather.js'

function counted(fails: (questions: readonly string[]) => boolean = () => false) {
  const asked: string[][] = []
  const ask = gather(async (questions) => {
    asked.push([...questions])
    if (fails(questions)) throw new Error(`no answer to ${questions}`)
    return questions.map((question) => question.toUpperCase())
  })
  return { ask, asked }
}

it('asks together what is asked in the same turn, and nothing twice', async () => {
  const { ask, asked } = counted()
  const early = Promise.all([ask(['a', 'b', 'a']), ask(['b', 'c']), ask([])])
  await Promise.resolve()
  expect(await Promise.all([early, ask(['d'])])).toEqual([[['A', 'B', 'A'], ['B', 'C'], []], ['D']])
  expect(asked).toEqual([['a', 'b', 'c', 'd']])
  expect(await ask(['c', 'e', 'a'])).toEqual(['C', 'E', 'A'])
  expect(asked.slice(1)).toEqual([['e']])
})

it('asks apart what failed together, and again what failed alone', async () => {
  let isBroken = true
  const { ask, asked } = counted((questions) => isBroken && questions.includes('slow'))
  const [good, bad] = await Promise.allSettled([ask(['a', 'b']), ask(['slow', 'c'])])
  expect(good).toMatchObject({ status: 'fulfilled', value: ['A', 'B'] })
  expect(bad).toMatchObject({ status: 'rejected', reason: new Error('no answer to slow,c') })
  expect(asked).toEqual([
    ['a', 'b', 'slow', 'c'],
    ['a', 'b'],
    ['slow', 'c'],
  ])
  isBroken = false
  expect(await ask(['slow', 'a'])).toEqual(['SLOW', 'A'])
  expect(asked.slice(3)).toEqual([['slow']])
})
