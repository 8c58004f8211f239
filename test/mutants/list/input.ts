import { control, edit, taken, type Mutant } from '../mutant.ts'

/** What may come in, and how it is unpacked. */
export const input: readonly Mutant[] = [
  ...control('size and shape', [
    taken('shape-hard-size', 'maxPayload', ['integration/life-bad-frames'],
      edit('plugins/websocket.js', 'maxPayload: maxPayloadBytes', 'maxPayload: 0')),
    taken('shape-soft-size', 'the announced size of a frame', ['integration/life-bad-frames'],
      edit('src/hub/inbox.js', 'return this.#refuseTooLarge(data.length);', ';')),
    taken('shape-fragments', 'maxFragments', ['catalogue/messages'],
      edit('plugins/websocket.js', 'maxFragments: MAX_FRAGMENTS,', 'maxFragments: 0,')),
    taken('shape-chunks', 'maxBufferedChunks', ['catalogue/messages'],
      edit('plugins/websocket.js', 'maxBufferedChunks: MAX_BUFFERED_CHUNKS,', 'maxBufferedChunks: 0,')),
    taken('shape-depth', 'the 32 levels of nesting', ['protocol/json-guard', 'integration/conversation-hostile-json'],
      edit('src/protocol/json-guard.js', 'step.depth > MAX_JSON_DEPTH', 'false')),
    taken('shape-proto', 'the refusal of `__proto__`', ['protocol/json-guard'],
      edit('src/protocol/json-guard.js', "key === '__proto__' || ", '')),
    taken('shape-constructor', 'the refusal of `constructor.prototype`', ['protocol/json-guard'],
      edit('src/protocol/json-guard.js', " || (key === 'constructor' && isObject(value) && Object.hasOwn(value, 'prototype'))", '')),
    taken('shape-danger-unasked', 'that every envelope is looked through', ['integration/conversation-hostile-json'],
      edit('src/protocol/dialects/hub-v1.js', 'missingType(envelope) ?? dangerIn(envelope)', 'missingType(envelope)')),
    taken('shape-payload', 'the schemas of payloads', ['commands/send-message', 'commands/history'],
      edit('src/commands/command.js', 'return checked(check, payload, badText', 'return payload;\n    return checked(check, payload, badText')),
    taken('shape-room-length', 'the length of a room name', ['protocol/room-names'],
      edit('src/rooms/room-name.js', 'name.length > MAX_ROOM_NAME_UNITS', 'false')),
    taken('shape-room-signs', 'the signs of a room name', ['protocol/room-names'],
      edit('src/rooms/room-name.js', 'FORBIDDEN.test(name)', 'false')),
    taken('shape-room-form', 'that a room name has one spelling', ['protocol/room-names'],
      edit('src/rooms/room-name.js', "name.normalize('NFC') !== name", 'false')),
    taken('shape-binary', 'the refusal of binary frames', ['integration/life-bad-frames'],
      edit('src/hub/inbox.js', 'return this.#connection.close(closeCodes.binaryNotWanted);', ';'))
  ]),
  ...control('handlers', [
    taken('handler-throws', 'the net under a handler that throws (M5)', ['commands/command-registry', 'hub/handle-errors'],
      edit('src/commands/command-registry.js', 'catch (error) {', 'catch (error) {\n            throw error;')),
    taken('handler-rejects', 'the net under a handler that rejects (M5)', ['commands/command-registry', 'hub/handle-errors'],
      edit('src/commands/command-registry.js', 'return outcome.catch((error) => { this.refuse(connection, error, raw); });', 'return outcome;')),
    taken('handler-text', 'that a client is not told what went wrong inside', ['commands/command-registry'],
      edit('src/errors.js', 'publicText ?? this.message', 'this.message'))
  ]),
  ...control('compression', [
    taken('compression-off', 'that it is off unless it is wanted', ['integration/compression'],
      edit('plugins/websocket.js', 'perMessageDeflate: compression && perMessageDeflate', 'perMessageDeflate')),
    taken('compression-default', 'that it is not wanted by default', ['integration/compression', 'catalogue/controls'],
      edit('config/env-schema.js', "'WS_COMPRESSION', ['off', 'on'], 'off'", "'WS_COMPRESSION', ['off', 'on'], 'on'")),
    taken('compression-context', 'that nobody keeps a context', ['integration/compression'],
      edit('plugins/websocket.js', 'serverNoContextTakeover: true, clientNoContextTakeover: true, ', '')),
    taken('compression-bomb', 'the limit of what comes out', ['integration/compression-inbound'],
      edit('plugins/websocket.js', 'maxPayload: maxPayloadBytes', 'maxPayload: 0'),
      edit('src/hub/inflate-in-place.js', ', maxOutputLength: 8_192', ''))
  ])
]
