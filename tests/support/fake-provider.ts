/**
 * A provider's API on the loopback that holds a client to the contract: every request is checked against the recorded schemas
 * (path, method, query, body, read-only and unknown fields), every answer of a test too. What breaks the contract is refused and
 * noted in `breaches`, which every test expects to be empty.
 */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'

type Schema = Record<string, unknown>
interface Parameter {
  in: 'path' | 'query'
  name: string
  required?: boolean
  schema: Schema
}
interface ContractOperation {
  parameters?: Parameter[]
  body?: Schema | null
  form?: Record<string, { required?: boolean; enum?: string[] }>
  response?: Schema | null
  status?: number
  noAuthentication?: boolean | string
}

export interface Asked {
  operation: string
  method: string
  /** With the query. */
  path: string
  /** Values of the path's parameters, by name. */
  at: Record<string, string>
  query: URLSearchParams
  body: unknown
  text: string
  headers: IncomingMessage['headers']
}
/** `drop` ends the connection without an answer, `hang` never answers, `text` is sent as it is. */
export type Reply =
  | { status?: number; body?: unknown; headers?: Record<string, string> }
  | { text: string; status?: number }
  | { drop: true }
  | { hang: true }
export type Handler = (asked: Asked) => Reply

export interface FakeProvider {
  /** Address with the base path, without a slash at its end. */
  base: string
  breaches: string[]
  asked: Asked[]
  /** Handler of `GET /vps/{serviceName}` and so on; a later one replaces an earlier one. */
  on(operation: string, handler: Handler): void
  /** The next answer of an operation is this; several wait in line. */
  once(operation: string, reply: Reply): void
  calls(operation: string): Asked[]
  close(): Promise<void>
}

export interface FakeOptions {
  /** Files under tests/fixtures/contract; later ones win. */
  files: string[]
  basePath?: string
  /** undefined: in order; else the refusal. Not asked for operations without authentication. */
  authenticate(asked: Asked, operation: ContractOperation): Reply | undefined
}

const folder = join(import.meta.dirname, '../fixtures/contract')
const ajv = new Ajv({ strict: false, allErrors: true })

interface Contract {
  operations: Map<string, ContractOperation>
  /** Compiled when first needed, and kept: most of a test's time would go there. */
  validator(key: string, schema: Schema, side: 'request' | 'response'): ValidateFunction
}
const contracts = new Map<string, Contract>()

function loadContract(files: readonly string[]): Contract {
  const known = contracts.get(files.join())
  if (known) return known
  const operations = new Map<string, ContractOperation>()
  const models: Record<string, Schema> = {}
  for (const file of files) {
    const read = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      operations: Record<string, ContractOperation>
      models: Record<string, Schema>
    }
    for (const [name, operation] of Object.entries(read.operations)) operations.set(name, operation)
    Object.assign(models, read.models)
  }
  const validators = new Map<string, ValidateFunction>()
  const contract: Contract = {
    operations,
    validator(key, schema, side) {
      const found = validators.get(key) ?? ajv.compile(resolveSchema(schema, models, side))
      validators.set(key, found)
      return found
    },
  }
  contracts.set(files.join(), contract)
  return contract
}

export async function startFakeProvider(o: FakeOptions): Promise<FakeProvider> {
  const { operations, validator } = loadContract(o.files)
  const breaches: string[] = []
  const asked: Asked[] = []
  const handlers = new Map<string, Handler>()
  const queued = new Map<string, Reply[]>()
  const basePath = o.basePath ?? ''

  function checkRequest(call: Asked, operation: ContractOperation): string | undefined {
    const parameters = (operation.parameters ?? []).filter((one) => one.in === 'query')
    for (const [name, value] of call.query) {
      const known = parameters.find((one) => one.name === name)
      if (!known) return `unknown query ${name}`
      if (!validator(`${call.operation}?${name}`, known.schema, 'request')(value)) return `query ${name}=${value}`
    }
    if (operation.form) {
      const sent = call.body as Record<string, string> | undefined
      if (typeof sent !== 'object') return 'no form'
      for (const [name, field] of Object.entries(operation.form)) {
        if (field.required && sent[name] === undefined) return `form field ${name} is missing`
        if (field.enum && sent[name] !== undefined && !field.enum.includes(sent[name])) return `form field ${name}=${sent[name]}`
      }
      const odd = Object.keys(sent).find((name) => !operation.form?.[name])
      return odd && `unknown form field ${odd}`
    }
    if (!operation.body) return call.text ? 'a body where none belongs' : undefined
    const schema = (operation.body.schema as Schema | undefined) ?? operation.body
    const check = validator(`${call.operation} body`, schema, 'request')
    return check(call.body) ? undefined : `body: ${ajv.errorsText(check.errors)}`
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString('utf8')))
  })

  function answer(request: IncomingMessage, response: ServerResponse, text: string) {
    const method = request.method ?? ''
    const url = new URL(request.url ?? '/', 'http://x')
    const found = match(operations.keys(), method, url.pathname, basePath)
    const call: Asked = {
      operation: found?.operation ?? `${method} ${url.pathname}`,
      method,
      path: request.url ?? '',
      at: found?.at ?? {},
      query: url.searchParams,
      body: parseBody(request.headers['content-type'], text),
      text,
      headers: request.headers,
    }
    asked.push(call)
    const breach = (why: string) => {
      breaches.push(`${call.operation}: ${why}`)
      send(response, { status: 400, body: { message: `contract: ${why}` } })
    }
    const operation = found && operations.get(found.operation)
    if (!operation) return breach('unknown operation')
    const wrong = checkRequest(call, operation)
    if (wrong) return breach(wrong)
    const refusal = operation.noAuthentication === true ? undefined : o.authenticate(call, operation)
    if (refusal) return send(response, refusal)
    const next = queued.get(call.operation)?.shift()
    const handler = handlers.get(call.operation)
    if (!next && !handler) return breach('no test expected this')
    const reply = next ?? handler!(call)
    if ('body' in reply && (reply.status ?? 200) < 300 && operation.response) {
      const check = validator(`${call.operation} answer`, operation.response, 'response')
      if (!check(reply.body)) return breach(`the test's own answer: ${ajv.errorsText(check.errors)}`)
    }
    send(response, 'status' in reply || !operation.status ? reply : { status: operation.status, ...reply })
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}`,
    breaches,
    asked,
    on(operation, handler) {
      if (!operations.has(operation)) throw new Error(`the contract has no ${operation}`)
      handlers.set(operation, handler)
    },
    once(operation, reply) {
      if (!operations.has(operation)) throw new Error(`the contract has no ${operation}`)
      queued.set(operation, [...(queued.get(operation) ?? []), reply])
    },
    calls: (operation) => asked.filter((one) => one.operation === operation),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function send(response: ServerResponse, reply: Reply) {
  if ('hang' in reply) return
  if ('drop' in reply) return void response.socket?.destroy()
  if ('text' in reply) return void response.writeHead(reply.status ?? 200, { 'content-type': 'text/html' }).end(reply.text)
  const text = reply.body === undefined ? '' : JSON.stringify(reply.body)
  response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers }).end(text)
}

function match(names: Iterable<string>, method: string, path: string, basePath: string) {
  if (!path.startsWith(`${basePath}/`)) return undefined
  const parts = path.slice(basePath.length).split('/')
  // A path without placeholders beats one with: `/rescue/last`.
  const sorted = [...names].sort((a, b) => a.split('{').length - b.split('{').length)
  for (const operation of sorted) {
    const [wanted, template = ''] = operation.split(' ')
    const pieces = template.split('/')
    if (wanted !== method || pieces.length !== parts.length) continue
    const at: Record<string, string> = {}
    const fits = pieces.every((piece, index) => {
      const name = /^\{(.+)\}$/.exec(piece)?.[1]
      if (name) at[name] = decodeURIComponent(parts[index] ?? '')
      return name ? parts[index] !== '' : piece === parts[index]
    })
    if (fits) return { operation, at }
  }
  return undefined
}

/** `$ref` and OpenAPI's `nullable` made plain; fields nobody knows are refused; what is read-only may not be sent. */
function resolveSchema(schema: Schema, models: Record<string, Schema>, side: 'request' | 'response'): Schema {
  const { $ref, nullable, readOnly: _, format: __, ...rest } = schema
  const inner = (one: Schema) => resolveSchema(one, models, side)
  let result: Schema
  if (typeof $ref === 'string') {
    const model = models[$ref.replace('#/models/', '')]
    if (!model) throw new Error(`the contract has no model ${$ref}`)
    result = inner(model)
  } else {
    result = { ...rest }
    const properties = rest.properties as Record<string, Schema> | undefined
    if (properties) {
      const kept = Object.entries(properties).filter(([, one]) => side === 'response' || !one.readOnly)
      result.properties = Object.fromEntries(kept.map(([name, one]) => [name, inner(one)]))
      if (side === 'request' || !rest.leftOut) result.additionalProperties = false
    }
    if (rest.items) result.items = inner(rest.items as Schema)
    if (typeof rest.additionalProperties === 'object') result.additionalProperties = inner(rest.additionalProperties as Schema)
  }
  return nullable ? { anyOf: [result, { type: 'null' }] } : result
}

/** By what the client says it sends; JSON without saying so stays a text, which no schema accepts. */
function parseBody(type: string | undefined, text: string): unknown {
  if (type === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(text))
  if (!text || !/^application\/json\b/.test(type ?? '')) return text || undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
