import { Parser } from '@asyncapi/parser'
import { Type } from '@sinclair/typebox'
import Fastify from 'fastify'
import t from 'tap'
import hubPlugin from '../../plugins/hub.ts'
import relayPlugin from '../../plugins/relay.ts'
import docsRoutes from '../../routes/docs.ts'
import { requests } from '../../src/description/requests.ts'
import { isRecord } from '../../src/guards.ts'
import { closeCodes } from '../../src/protocol/close-codes.ts'
import { errorCodes } from '../../src/protocol/error-codes.ts'
import { requestTypes, serverTypes } from '../../src/protocol/reserved-types.ts'
import { notification } from '../../src/protocol/schemas/notification-frame.ts'
import { serverMessages } from '../../src/protocol/schemas/server-messages.ts'
import { getJson, startService, type Teardown } from '../helper.ts'

/** Severities of the parser: what keeps a document from being one, and what somebody should look at. */
const [ERROR, WARNING] = [0, 1]

const PlaceSchema = Type.Object({ lat: Type.Number(), lon: Type.Number() }, {
  title: 'Where the driver is',
  description: 'Seen by the passenger.',
  examples: [{ lat: 1, lon: 2 }, { lat: 'north' }]
})

const TreeSchema = Type.Recursive((Node) => Type.Object({ name: Type.String(), children: Type.Array(Node) }), { $id: 'Tree' })

/** The document of a service to which an application has added types. */
async function documentOf (t: Teardown, env: Record<string, string> = {}) {
  const service = await startService(t, env)
  service.app.hub.handle('location_update', { schema: PlaceSchema, roles: ['driver'] }, () => undefined)
  service.app.hub.handle('tree/grow', { schema: TreeSchema }, () => undefined)
  service.app.hub.handle('tree grow', { schema: Type.Unknown() }, () => undefined)
  const { status, headers, body } = await getJson(service, '/docs/asyncapi.json')
  return { ...service, status, headers, document: body }
}

/** What stands in a document under some names, one inside the other. */
function at (document: unknown, ...names: string[]): unknown {
  return names.reduce<unknown>((value, name) => isRecord(value) ? value[name] : undefined, document)
}

/** Follows the pointer of a reference. */
function resolve (document: unknown, reference: unknown): unknown {
  return at(document, ...String(at(reference, '$ref')).slice(2).split('/'))
}

function record (value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {}
}

/** Names of the messages of one direction. */
function namesOf (document: unknown, direction: 'client' | 'server'): unknown[] {
  return Object.entries(record(at(document, 'components', 'messages'))).filter(([key]) => key.startsWith(`${direction}.`)).map(([, message]) => at(message, 'name'))
}

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

t.test('the parser of AsyncAPI finds neither errors nor warnings', async (t) => {
  const { document, status, headers } = await documentOf(t)
  t.equal(status, 200)
  t.match(headers.get('content-type'), /^application\/json/)
  const { diagnostics, document: parsed } = await new Parser().parse(JSON.stringify(document))
  t.strictSame(diagnostics.filter(({ severity }) => severity === ERROR || severity === WARNING), [])
  t.equal(parsed?.version(), '3.0.0')
})

t.test('the messages are those of the protocol, and those that the application has added', async (t) => {
  const { document } = await documentOf(t)
  t.strictSame(namesOf(document, 'client').toSorted(), [...requestTypes, 'location_update', 'tree/grow', 'tree grow'].toSorted())
  t.strictSame(namesOf(document, 'server').toSorted(), [...serverTypes, notification.type].toSorted())
})

t.test('a request is described by the schema that checks it', async (t) => {
  const { document, app } = await documentOf(t)
  const commands = [...app.hub.commands.commands()]
  for (const { type, payload } of requests) t.equal(commands.find((command) => command.type === type)?.payload, payload, type)
  t.strictSame(requests.map(({ type }) => type).toSorted(), requestTypes.toSorted())
  const described = Object.values(record(at(document, 'components', 'messages')))
  for (const { type, payload } of commands.filter(({ type }) => type !== 'tree/grow')) {
    const message = described.find((message) => at(message, 'name') === type)
    t.strictSame(at(message, 'payload', 'properties', 'payload'), asJson(payload), type)
  }
})

t.test('a frame is described by the schema that tests check frames with', async (t) => {
  const { document } = await documentOf(t)
  for (const { type, schema } of [...serverMessages, notification]) {
    t.strictSame(at(document, 'components', 'messages', `server.${type}`, 'payload'), asJson(schema), type)
  }
})

t.test('requests are received and answered, with the id of the request; every frame is sent', async (t) => {
  const { document } = await documentOf(t)
  const operations = record(at(document, 'operations'))
  const nameOf = (reference: unknown) => at(resolve(document, resolve(document, reference)), 'name')
  const answersOf = (type: string): unknown[] => {
    const messages = at(operations[`client.${type}`], 'reply', 'messages')
    return Array.isArray(messages) ? messages.map(nameOf) : []
  }
  for (const { type, replies } of requests) {
    t.match(operations[`client.${type}`], { action: 'receive', title: /\w/, summary: /\w/ })
    t.strictSame(answersOf(type), replies.length === 0 ? [] : [...replies, 'error'])
    for (const reply of replies) t.match(at(document, 'components', 'messages', `server.${reply}`, 'correlationId'), Object)
  }
  t.strictSame(answersOf('join_room'), ['room_info', 'error'])
  t.strictSame(answersOf('location_update'), ['ack', notification.type, 'error'])
  const sent = Object.entries(operations).filter(([, operation]) => at(operation, 'action') === 'send').map(([key]) => key.replace('server.', ''))
  t.strictSame(sent.toSorted(), [...serverTypes, notification.type].toSorted())
  t.equal(at(document, 'components', 'correlationIds', 'request', 'location'), '$message.payload#/id')
})

t.test('every message of the server is sent unasked or answers a request', async (t) => {
  const answers = new Set(requests.flatMap(({ replies }) => replies))
  t.strictSame(serverMessages.filter(({ type, isUnasked }) => isUnasked === answers.has(type)).map(({ type }) => type), [])
})

t.test('the socket is where the settings have it, and takes a token where they look for one', async (t) => {
  const { document, address } = await documentOf(t, { WS_PATHS: '/live,/old/ws', WS_TOKEN_SOURCES: 'protocol,header' })
  t.match(at(document, 'servers', 'service'), { host: address.replace('http://', ''), protocol: 'ws' })
  t.strictSame(Object.values(record(at(document, 'channels'))).map((channel) => at(channel, 'address')), ['/live', '/old/ws'])
  t.strictSame(Object.keys(record(at(document, 'components', 'securitySchemes'))), ['protocol', 'header', 'ticket'])
  const query = record(at(document, 'channels', 'socket', 'bindings', 'ws', 'query', 'properties'))
  t.notOk('token' in query)
  t.match(query['dialect'], { enum: ['hub.v1'] })
})

t.test('what may stand in the query is what the OpenAPI document of the route has there', async (t) => {
  const { document, address } = await documentOf(t)
  const { body } = await getJson({ address }, '/docs/json')
  const parameters = at(body, 'paths', '/ws', 'get', 'parameters')
  const query = record(at(document, 'channels', 'socket', 'bindings', 'ws', 'query', 'properties'))
  t.strictSame(Object.keys(query).toSorted(), Array.isArray(parameters) ? parameters.map((parameter) => at(parameter, 'name')).toSorted() : [])
})

t.test('an existing application has the document, too, with the defaults; without a hub it is told so', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await t.rejects(async () => await app.register(docsRoutes), { message: /hub/ })
  const other = Fastify()
  t.teardown(() => other.close())
  await other.register(relayPlugin)
  await other.register(hubPlugin)
  await other.register(docsRoutes)
  const answer = await other.inject('/docs/asyncapi.json')
  t.match(answer.json(), { servers: { service: { host: 'localhost:80' } }, channels: { socket: { address: '/ws' }, 'socket.2': { address: '/api/v1/ws' } } })
})

t.test('error codes and close codes are those of the tables', async (t) => {
  const { document } = await documentOf(t)
  t.strictSame(at(document, 'channels', 'socket', 'x-close-codes'), Object.values(closeCodes))
  const error = at(document, 'components', 'messages', 'server.error')
  t.strictSame(at(error, 'x-error-codes'), Object.entries(errorCodes).map(([code, entry]) => ({ code, ...entry })))
  const codes = at(error, 'payload', 'properties', 'payload', 'properties', 'code', 'anyOf')
  t.strictSame(Array.isArray(codes) ? codes.map((code) => at(code, 'const')) : [], Object.keys(errorCodes))
})

t.test('a type of the application stands there in its own words', async (t) => {
  const { document } = await documentOf(t)
  const message = at(document, 'components', 'messages', 'client.location_update')
  t.match(message, { title: 'Where the driver is', summary: 'Seen by the passenger. For users with one of the roles driver.' })
  t.strictSame(at(message, 'examples'), [{ payload: { type: 'location_update', payload: { lat: 1, lon: 2 } } }], 'an example that does not fit is left out')
})

t.test('names that cannot stand in a path get another one, each its own', async (t) => {
  const { document } = await documentOf(t)
  const messages = record(at(document, 'components', 'messages'))
  t.strictSame([at(messages['client.tree_grow'], 'name'), at(messages['client.tree_grow_2'], 'name')], ['tree/grow', 'tree grow'])
})

t.test('a recursive schema refers to its own place in the document', async (t) => {
  const { document } = await documentOf(t)
  const payload = at(document, 'components', 'messages', 'client.tree_grow', 'payload', 'properties', 'payload')
  t.equal(at(payload, '$id'), undefined)
  t.equal(resolve(document, at(payload, 'properties', 'children', 'items')), payload)
})

t.test('a schema with numbers that JSON does not know is described all the same', async (t) => {
  const service = await startService(t)
  service.app.hub.handle('count', { schema: Type.Object({ count: Type.Optional(Type.BigInt({ minimum: 0n })) }) }, () => undefined)
  const { status, body } = await getJson(service, '/docs/asyncapi.json')
  t.equal(status, 200)
  t.ok(namesOf(body, 'client').includes('count'))
})
