import t from 'tap'
import { protobufCodec } from '../../../client/binary/codec.ts'
import { dialects } from '../../../src/protocol/dialects/index.ts'
import { testDialect } from '../../contracts/dialect-contract.ts'

/** A text is JSON, bytes are what the client library reads. */
function read (encoded: string | Buffer): unknown {
  return typeof encoded === 'string' ? JSON.parse(encoded) : protobufCodec.decode(new Uint8Array(encoded).buffer)
}

for (const dialect of dialects.values()) t.test(dialect.name, async (t) => testDialect(t, dialect, read))
