import type { Dialect } from '../dialect.ts'
import { eventsV1 } from './events-v1.ts'
import { flatV1 } from './flat-v1.ts'
import { hubV1 } from './hub-v1.ts'
import { notifyV1 } from './notify-v1.ts'
import { protobufV1 } from './protobuf-v1.ts'
import { pubsubV1 } from './pubsub-v1.ts'

const known: readonly Dialect[] = [hubV1, notifyV1, pubsubV1, eventsV1, flatV1, protobufV1]

/** Every wire format the hub speaks, by subprotocol name. */
export const dialects: ReadonlyMap<string, Dialect> = new Map(known.map((dialect) => [dialect.name, dialect]))
