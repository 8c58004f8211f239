import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'
import { isRecord } from '../../src/guards.ts'
import { projectRoot } from './project-root.ts'

/** The published description, as the reference implementation of the format understands it. */
export const hubProto = protobuf.parse(
  readFileSync(join(projectRoot, 'src', 'protocol', 'protobuf', 'hub.proto'), 'utf8'),
  { keepCase: true, alternateCommentMode: true, preferTrailingComment: false }
).root

export const clientFrameType = hubProto.lookupType('wshub.protobuf.v1.ClientFrame')
export const serverFrameType = hubProto.lookupType('wshub.protobuf.v1.ServerFrame')
export const typeEnum = hubProto.lookupEnum('wshub.protobuf.v1.Type')

/** A frame as `hub.v1` has it. */
export type Envelope = Readonly<Record<string, unknown>> & { readonly type: string }

/** The types that go as a number, by its name in the description. */
const namesOfTypes = new Map(Object.keys(typeEnum.values).map((name) => [name.replace('TYPE_', '').toLowerCase().replace('system_', 'system.'), name]))

/** The name of a type's number; undefined for types that have none. */
export function enumNameOf (type: string): string | undefined {
  return type === 'unspecified' ? undefined : namesOfTypes.get(type)
}

/** What a client says, as the reference implementation writes it. */
export function encodeRequest ({ type, payload, ...rest }: Envelope): Buffer {
  const known = enumNameOf(type)
  const content = payload === undefined ? {} : { payload: JSON.stringify(payload) }
  const fields = { ...rest, ...content, ...(known === undefined ? { name: type } : { known }) }
  return Buffer.from(clientFrameType.encode(clientFrameType.fromObject(fields)).finish())
}

/** What the server says, as the reference implementation writes it. */
export function encodeFrame ({ type, payload, timestamp, ...rest }: Envelope): Buffer {
  const known = enumNameOf(type)
  const fields = { ...rest, ...(payload !== null && { payload: JSON.stringify(payload) }), timestamp: Date.parse(String(timestamp)), ...(known === undefined ? { name: type } : { known }) }
  return Buffer.from(serverFrameType.encode(serverFrameType.fromObject(fields)).finish())
}

/** A frame of the server as the reference implementation reads it, in the form that `hub.v1` gives it. */
export function decodeFrame (bytes: Uint8Array): Envelope {
  return envelopeOf({ timestamp: 0, ...serverFrameType.toObject(serverFrameType.decode(bytes), { longs: Number, enums: String }) })
}

/** The same of a client. */
export function decodeRequest (bytes: Uint8Array): Envelope {
  return envelopeOf(clientFrameType.toObject(clientFrameType.decode(bytes), { longs: Number, enums: String }))
}

/** What has no presence of its own is not told when it is empty. */
function envelopeOf ({ known, name, payload, timestamp, sender, ...rest }: Record<string, unknown>): Envelope {
  return {
    type: typeof known === 'string' ? known.replace('TYPE_', '').toLowerCase().replace('system_', 'system.') : String(name),
    ...rest,
    ...(isRecord(sender) && { sender: { id: '', name: '', ...sender } }),
    payload: typeof payload === 'string' ? JSON.parse(payload) : null,
    ...(typeof timestamp === 'number' && { timestamp: new Date(timestamp).toISOString() })
  }
}
