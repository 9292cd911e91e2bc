/**
 * Every call that makes words for a finding gives each value that its texts name, in both languages. Read from the sources by their
 * types: codes that are chosen (`a ? 'x' : 'y'`), put together (`fs-repair-${how}`) or handed through a function are followed.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { findingTexts, valuesNamed } from '../../../shared/findings/text.js'

const root = join(import.meta.dirname, '../../..')
const folder = join(root, 'electron/repair')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('build-finding.ts'))
  .map((name) => join(folder, name))
// Imports of packages are not followed: nothing that decides here comes from one, and it takes a fifth of the time.
const program = ts.createProgram(files, {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  strict: true,
  noResolve: true,
  types: [],
})
const checker = program.getTypeChecker()
const sources = files.map((file) => program.getSourceFile(file)!)

/** Where code and values stand among the arguments. */
const makers: Record<string, { code: number; values: number }> = {
  wordsOf: { code: 0, values: 1 },
  proposalOf: { code: 0, values: 1 },
  findingOf: { code: 2, values: 3 },
  editProposals: { code: 0, values: 1 },
}

/** A call of a function whose parameters decide, and the call that it stands in in turn. */
interface Frame {
  function: ts.SignatureDeclaration
  call: ts.CallExpression
  outer: Frame | undefined
}

function calls(node: ts.Node, found: ts.CallExpression[] = []): ts.CallExpression[] {
  if (ts.isCallExpression(node)) found.push(node)
  ts.forEachChild(node, (child) => void calls(child, found))
  return found
}
const allCalls = sources.flatMap((source) => calls(source))

function symbolOf(node: ts.Node): ts.Symbol | undefined {
  const symbol = checker.getSymbolAtLocation(node)
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

const unwrap = (node: ts.Expression): ts.Expression =>
  ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node) || ts.isSatisfiesExpression(node)
    ? unwrap(node.expression)
    : node

/** The parameter an identifier names, unless it is bound to something else. */
function parameterOf(node: ts.Expression): ts.ParameterDeclaration | undefined {
  const declaration = ts.isIdentifier(node) ? symbolOf(node)?.valueDeclaration : undefined
  return declaration && ts.isParameter(declaration) ? declaration : undefined
}

function argumentOf(parameter: ts.ParameterDeclaration, frame: Frame | undefined) {
  for (let one = frame; one; one = one.outer) {
    const index = one.function.parameters.indexOf(parameter)
    if (index >= 0) return { node: one.call.arguments[index] ?? parameter.initializer, frame: one.outer }
  }
  return undefined
}

type Codes = string[] | { parameter: ts.ParameterDeclaration }

/** The literals an expression can be, or the parameter whose callers know. */
function codesOf(expression: ts.Expression, frame: Frame | undefined): Codes {
  const node = unwrap(expression)
  const parameter = parameterOf(node)
  if (parameter) {
    const given = argumentOf(parameter, frame)
    return given?.node ? codesOf(given.node, given.frame) : { parameter }
  }
  if (ts.isTemplateExpression(node) && node.templateSpans.length === 1) {
    const [span] = node.templateSpans
    const inside = codesOf(span!.expression, frame)
    return Array.isArray(inside) ? inside.map((one) => node.head.text + one + span!.literal.text) : inside
  }
  const type = checker.getTypeAtLocation(node)
  return (type.isUnion() ? type.types : [type]).map((one) => {
    if (one.isStringLiteral()) return one.value
    throw new Error(`the code cannot be told: ${place(node)}`)
  })
}

/** Names that are there whatever happens. */
function namesOf(expression: ts.Expression | undefined, frame: Frame | undefined): Set<string> {
  if (!expression) return new Set()
  const node = unwrap(expression)
  if (ts.isObjectLiteralExpression(node)) {
    return new Set(
      node.properties.flatMap((property) =>
        ts.isSpreadAssignment(property) ? [...namesOf(property.expression, frame)] : property.name ? [property.name.getText()] : [],
      ),
    )
  }
  const parameter = parameterOf(node)
  const given = parameter && argumentOf(parameter, frame)
  if (given) return namesOf(given.node, given.frame)
  const declaration = ts.isIdentifier(node) ? symbolOf(node)?.valueDeclaration : undefined
  if (declaration && ts.isVariableDeclaration(declaration) && declaration.initializer) return namesOf(declaration.initializer, frame)
  const type = checker.getTypeAtLocation(node)
  const [first, ...rest] = (type.isUnion() ? type.types : [type]).map((one) =>
    one
      .getProperties()
      .filter(({ flags }) => (flags & ts.SymbolFlags.Optional) === 0)
      .map(({ name }) => name),
  )
  return new Set(first!.filter((name) => rest.every((names) => names.includes(name))))
}

function place(node: ts.Node): string {
  const source = node.getSourceFile()
  return `${source.fileName.slice(folder.length + 1)}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
}

interface Made {
  code: string
  at: string
  names: Set<string>
}

function made(call: ts.CallExpression, where: { code: number; values: number }, frame: Frame | undefined): Made[] {
  const codes = codesOf(call.arguments[where.code]!, frame)
  if (Array.isArray(codes)) {
    const names = namesOf(call.arguments[where.values], frame)
    return codes.map((code) => ({ code, at: place(frame?.call ?? call), names }))
  }
  // Handed through: every call of that function is one that makes words.
  const wrapper = codes.parameter.parent
  const named = ts.isFunctionDeclaration(wrapper)
    ? wrapper.name
    : ts.isVariableDeclaration(wrapper.parent)
      ? wrapper.parent.name
      : undefined
  const symbol = named && symbolOf(named)
  const callers = allCalls.filter(({ expression }) => symbol && symbolOf(expression) === symbol)
  if (callers.length === 0) throw new Error(`nobody calls the function around ${place(call)}`)
  // The innermost frame first: its parameters are looked for there, then further out.
  return callers.flatMap((caller) => made(call, where, append(frame, { function: wrapper, call: caller, outer: undefined })))
}

const append = (frame: Frame | undefined, last: Frame): Frame => (frame ? { ...frame, outer: append(frame.outer, last) } : last)

const all = allCalls.flatMap((call) => {
  const where = ts.isIdentifier(call.expression) ? makers[call.expression.text] : undefined
  return where ? made(call, where, undefined) : []
})

describe('words of findings', () => {
  it('are found in the sources', () => {
    const codes = new Set(all.map(({ code }) => code))
    const parts = Object.keys(findingTexts.en)
    expect(parts.filter((code) => !codes.has(code))).toEqual([])
    expect([...codes].filter((code) => !parts.includes(code))).toEqual([])
  })

  it('are given every value that they name', () => {
    const missing = all.flatMap(({ code, at, names }) =>
      (['title', 'text', 'do'] as const).flatMap((part) =>
        [...new Set([...valuesNamed(code, part, 'en'), ...valuesNamed(code, part, 'fr')])]
          .filter((name) => !names.has(name))
          .map((name) => `${at}: ${code}.${part} {${name}}`),
      ),
    )
    expect(missing).toEqual([])
  })
})
