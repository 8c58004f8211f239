import protobuf from 'protobufjs'
import t from 'tap'
import { numberedTypes as clientsTypes } from '../../../client/binary/types.ts'
import { frameFields, personFields } from '../../../src/protocol/protobuf/fields.ts'
import { numberedTypes, numberOfType, typeOfNumber } from '../../../src/protocol/protobuf/types.ts'
import { reservedTypes } from '../../../src/protocol/reserved-types.ts'
import { clientFrameType, enumNameOf, hubProto, serverFrameType, typeEnum } from '../../support/hub-proto.ts'

t.test('the published description says of every message, field and group of types what it is', async (t) => {
  const parts = [...hubProto.nestedArray].flatMap(partsOf)
  t.ok(parts.length > 20)
  for (const { fullName, comment } of parts) t.ok(typeof comment === 'string' && comment.length > 10, fullName)
})

t.test('fields have the numbers of the description', async (t) => {
  const { known, name, id, room, payload } = frameFields
  t.strictSame(numbersOf(serverFrameType), frameFields)
  t.strictSame(numbersOf(clientFrameType), { known, name, id, room, payload })
  t.strictSame(numbersOf(hubProto.lookupType('wshub.protobuf.v1.Person')), personFields)
})

t.test('types have the numbers of the description, in the service and in the SDK', async (t) => {
  const described = Object.entries(typeEnum.values).sort(([, a], [, b]) => a - b).map(([name]) => name)
  t.strictSame(numberedTypes.map((type) => enumNameOf(type)).slice(1), described.slice(1))
  t.equal(described[0], 'TYPE_UNSPECIFIED')
  t.strictSame(clientsTypes, numberedTypes)
})

t.test('every type with a number is one of the protocol, and a name for each of the others does no harm', async (t) => {
  t.strictSame(numberedTypes.slice(1).filter((type) => !reservedTypes.includes(type)), [])
  t.strictSame([numberOfType('join_room'), numberOfType('user.updated'), numberOfType('')], [1, undefined, undefined])
  t.strictSame([typeOfNumber(1), typeOfNumber(0), typeOfNumber(999)], ['join_room', '', '#999'])
})

function numbersOf (type: protobuf.Type): Record<string, number> {
  return Object.fromEntries(type.fieldsArray.map(({ name, id }) => [name, id]))
}

function partsOf (part: protobuf.ReflectionObject): protobuf.ReflectionObject[] {
  if (part instanceof protobuf.Type) return [part, ...part.fieldsArray]
  if (part instanceof protobuf.Namespace) return part.nestedArray.flatMap(partsOf)
  return [part]
}
