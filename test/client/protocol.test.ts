import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import t from 'tap'
import { serverMessages } from '../../src/protocol/schemas/server-messages.ts'
import { projectRoot } from '../support/project-root.ts'

const path = join(projectRoot, 'client', 'protocol.ts')
const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest)
const interfaces = new Map(source.statements.filter(ts.isInterfaceDeclaration).map((node) => [node.name.text, node]))

/** Payloads that the SDK has types of, by message type. */
const payloads = { connected: 'Welcome', ack: 'Ack', error: 'Refusal', gap: 'Gap', room_info: 'RoomInfo', history: 'HistoryPage' }

for (const [type, name] of Object.entries(payloads)) {
  t.test(`the SDK's ${name} has the fields of ${type} as they are described`, async (t) => {
    const message = serverMessages.find((one) => one.type === type)
    const { properties = {}, required = [] } = (message?.schema.properties['payload'] ?? {}) as { properties?: object, required?: string[] }
    const described = Object.keys(properties).map((key) => required.includes(key) ? key : `${key}?`)
    t.strictSame(fieldsOf(name).sort(), described.sort())
  })
}

/** Names of an interface's fields, its bases' among them, with a question mark where one may be absent. */
function fieldsOf (name: string): string[] {
  const node = interfaces.get(name)
  const bases = node?.heritageClauses?.flatMap(({ types }) => types.map(({ expression }) => expression.getText(source))) ?? []
  const own = node?.members.filter(ts.isPropertySignature).map((field) => `${field.name.getText(source)}${field.questionToken === undefined ? '' : '?'}`) ?? []
  return [...bases.flatMap(fieldsOf), ...own]
}
