import { expect, it } from 'vitest'
import { fitDimensions } from '../../../../renderer/terminal/dimensions.js'

const cell = { width: 7.8, height: 17 }
it.each([
  [
    { width: 652, height: 600 },
    { cols: 83, rows: 35 },
  ],
  [
    { width: 0, height: 0 },
    { cols: 2, rows: 1 },
  ],
  [
    { width: 99_999, height: 99_999 },
    { cols: 1000, rows: 1000 },
  ],
])('%j', (box, dimensions) => expect(fitDimensions(box, cell)).toEqual(dimensions))
