import type { Dialect } from '../dialect.ts'
import { hubV1 } from './hub-v1.ts'

/** Every wire format the hub speaks, by subprotocol name. */
export const dialects: ReadonlyMap<string, Dialect> = new Map([hubV1].map((dialect) => [dialect.name, dialect]))
