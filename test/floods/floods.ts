import { frameFloods } from './frame-floods.ts'
import type { Flood } from './flood.ts'
import { httpFloods } from './http-floods.ts'
import { readerFloods } from './reader-floods.ts'
import { requestFloods } from './request-floods.ts'

/** All floods there are. */
export const allFloods: readonly Flood[] = [...frameFloods, ...requestFloods, ...readerFloods, ...httpFloods]
