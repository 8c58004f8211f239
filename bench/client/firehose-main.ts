/** A firehose in a process of its own; `CONTENT` is what its messages say. */
import { startFirehose } from './firehose.ts'

const { port } = await startFirehose(process.env['CONTENT'] ?? '')
process.stdout.write(`listening on http://127.0.0.1:${port}\n`)
