import { Validator } from '@seriousme/openapi-schema-validator'
import t from 'tap'
import { isRecord } from '../../src/guards.ts'
import { getJson, startService } from '../helper.ts'

const { address } = await startService(t)
const { body: document } = await getJson({ address }, '/docs/json')

/** What stands in the document under some names, one inside the other. */
function at (...names: string[]): unknown {
  return names.reduce<unknown>((value, name) => isRecord(value) ? value[name] : undefined, document)
}

const operations = {
  '/health': 'get',
  '/health/live': 'get',
  '/health/ready': 'get',
  '/docs/asyncapi.json': 'get',
  '/docs/hub.proto': 'get',
  '/metrics': 'get',
  '/ws': 'get',
  '/api/v1/ws': 'get',
  '/ws/ticket': 'post',
  '/ws/online': 'get',
  '/ws/stats': 'get',
  '/ws/broadcast': 'post',
  '/ws/publish': 'post',
  '/ws/rooms': 'get',
  '/ws/rooms/{room}': 'get',
  '/ws/rooms/{room}/history': 'get',
  '/ws/users': 'get',
  '/ws/users/{id}': 'get',
  '/ws/users/{id}/disconnect': 'post',
  '/ws/users/{id}/ban': 'delete',
  '/ws/tokens/{id}/ban': 'post'
}

t.test('The document lists every route, each with summary, tag and answers (S0-93)', async (t) => {
  t.strictSame(Object.keys(at('paths') ?? {}).sort(), Object.keys(operations).sort())
  for (const [path, method] of Object.entries(operations)) {
    t.match(at('paths', path, method), { summary: /\w/, tags: [String], responses: Object }, path)
  }
})

t.test('The document is one by the schema of OpenAPI', async (t) => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(document)))
  t.ok(valid, JSON.stringify(errors))
  t.match(document['openapi'], new RegExp(`^${validator.version}`))
})

t.test('The document says where the one of the socket is', async (t) => {
  t.match(at('info', 'description'), '/docs/asyncapi.json')
  t.equal((await fetch(new URL('/docs/asyncapi.json', address))).status, 200)
})

t.test('Every answer with a body has a schema, the refusals the one of all errors', async (t) => {
  const schemaOf = (path: string, method: string, status: string) => at('paths', path, method, 'responses', status, 'content', 'application/json', 'schema')
  const texts = ['/metrics 200', '/docs/hub.proto 200']
  for (const [path, method] of Object.entries(operations)) {
    const statuses = Object.keys(at('paths', path, method, 'responses') ?? {}).filter((status) => status !== '101')
    for (const status of statuses.filter((status) => !texts.includes(`${path} ${status}`))) t.match(schemaOf(path, method, status), { type: 'object' }, `${path} ${status}`)
  }
  t.match(schemaOf('/ws/broadcast', 'post', '401'), { required: ['error', 'code'] })
})

t.test('The socket is described with its token in the query and the tag websocket (S0-93)', async (t) => {
  const operation = at('paths', '/ws', 'get')
  t.match(operation, { tags: ['websocket'], description: /WebSocket/, responses: { 101: Object, 401: Object, 426: Object } })
  t.match(operation, { parameters: [{ name: 'token', in: 'query', schema: { type: 'string' } }] })
})

t.test('The broadcast is described with its body and says that it wants a token', async (t) => {
  const body = at('paths', '/ws/broadcast', 'post', 'requestBody', 'content', 'application/json', 'schema', 'properties')
  t.hasProps(isRecord(body) ? body : {}, ['message', 'priority', 'metadata', 'type', 'payload', 'target', 'except', 'id'])
  t.strictSame(at('paths', '/ws/broadcast', 'post', 'security'), [{ token: [] }])
  t.match(at('components', 'securitySchemes', 'token'), { type: 'http', scheme: 'bearer' })
})

t.test('The page is there for everybody', async (t) => {
  const page = await fetch(`${address}/docs`)
  t.equal(page.status, 200)
  t.match(page.headers.get('content-type'), /text\/html/)
})
