import { connect } from '../../../client/binary/index.ts'
import type { Wire } from './wire.ts'
import { talkOver } from './wshub-wire.ts'

/** The client library in its binary form. */
export async function open (url: string): Promise<Wire> {
  return await talkOver(connect(url))
}
