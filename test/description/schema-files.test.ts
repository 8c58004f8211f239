import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Value } from '@sinclair/typebox/value'
import t from 'tap'
import { writeSchemas } from '../../config/build/write-schemas.ts'
import { requests } from '../../src/description/requests.ts'
import { isRecord } from '../../src/guards.ts'
import { requestTypes, serverTypes } from '../../src/protocol/reserved-types.ts'
import { notification } from '../../src/protocol/schemas/notification-frame.ts'
import { serverMessages } from '../../src/protocol/schemas/server-messages.ts'
import { projectRoot } from '../support/project-root.ts'

const envelopes = [...requests, ...serverMessages, notification]
const folder = t.testdir()
writeSchemas(folder)

function read (name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'))
}

t.test('there is a file for each message and direction, and one of all', async (t) => {
  const expected = [
    ...requestTypes.map((type) => `client.${type}.json`),
    ...[...serverTypes, notification.type].map((type) => `server.${type}.json`),
    'index.json'
  ]
  t.strictSame(readdirSync(join(folder, 'hub.v1')).toSorted(), expected.toSorted())
})

t.test('a file holds the schema that describes the message, and says what it is', async (t) => {
  for (const { type, schema } of serverMessages) {
    const { $schema, $id, ...rest } = read(`hub.v1/server.${type}.json`)
    t.match([$schema, $id], [/draft-07/, `urn:wshub:hub.v1:server.${type}`])
    t.strictSame(rest, JSON.parse(JSON.stringify(schema)))
  }
})

t.test('the file of all refers to nothing that it does not hold', async (t) => {
  const bundle = read('hub.v1/index.json')
  const definitions = isRecord(bundle['definitions']) ? bundle['definitions'] : {}
  const references = [...JSON.stringify(bundle).matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)].map(([, name = '']) => name)
  t.equal(references.length, envelopes.length + 2)
  t.strictSame(references.filter((name) => !(name in definitions)), [])
})

t.test('the AsyncAPI document of the defaults is there', async (t) => {
  t.match(read('asyncapi.json'), { asyncapi: '3.0.0', channels: { socket: { address: '/ws' } } })
})

t.test('every message has a title, a description and examples that are as described', async (t) => {
  for (const { type, schema } of envelopes) {
    t.match(schema, { title: /\w/, description: /\.$/ }, type)
    const examples: unknown[] = Array.isArray(schema['examples']) ? schema['examples'] : []
    t.ok(examples.length > 0, type)
    for (const example of examples) t.strictSame([...Value.Errors(schema, example)].map(({ path, message }) => [path, message]), [], type)
  }
})

t.test('every field of a payload is described, times with their unit', async (t) => {
  for (const { type, schema } of envelopes) {
    for (const [name, field] of fieldsOf(schema.properties['payload'])) {
      t.match(field['description'], /\.$/, `${type} ${name}`)
      if (name.endsWith('_ms')) t.match(field['description'], /milliseconds/, `${type} ${name}`)
    }
  }
})

t.test('the package offers the files', async (t) => {
  const { exports, files } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))
  t.equal(exports['./schemas/*'], './dist/schemas/*')
  t.ok(files.includes('dist/schemas'))
})

function fieldsOf (payload: unknown): Array<[name: string, field: Record<string, unknown>]> {
  const properties = isRecord(payload) && isRecord(payload['properties']) ? payload['properties'] : {}
  return Object.entries(properties).flatMap(([name, field]) => isRecord(field) ? [[name, field]] : [])
}
