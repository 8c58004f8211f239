import { control, edit, taken, type Mutant } from '../mutant.ts'

/** What stands between the net and a connection. */
export const door: readonly Mutant[] = [
  ...control('origin', [
    taken('origin-unchecked', 'the check of the origin before the upgrade', ['integration/handshake-origin'],
      edit('routes/ws/door.js', '!isOriginAllowed(headers.origin, headers.host, origins)', 'false')),
    taken('origin-prefix', 'that an origin has to equal an entry: its beginning will do', ['integration/handshake-origin'],
      edit('src/auth/origin.js', 'canonical(entry) === origin', 'origin.startsWith(canonical(entry))')),
    taken('origin-own-host', 'that without a list production takes its own host alone', ['integration/handshake-origin'],
      edit('src/auth/origin.js', '?.host === url.host', ' !== undefined')),
    taken('origin-two', 'the refusal of two origins', ['integration/handshake-origin'],
      edit('routes/ws/door.js', 'count > 1 || ', ''))
  ]),
  ...control('token carriage', [
    taken('carriage-sources', 'that WS_TOKEN_SOURCES can leave the query out', ['integration/handshake-token'],
      edit('src/auth/token-sources.js', 'of sources)', 'of Object.keys(readers))')),
    taken('carriage-echo', 'that a token among the subprotocols is never the answer', ['integration/handshake-token'],
      edit('src/auth/subprotocol.js', 'return offeredDialect(protocols, known) ??', 'return protocols.at(-1) ??')),
    taken('carriage-default-answer', 'the own answer to a list of subprotocols, so that ws echoes its first entry', ['integration/handshake-token'],
      edit('plugins/websocket.js', 'handleProtocols: (', 'unused: (')),
    taken('ticket-once', 'that a ticket is used up', ['integration/handshake-ticket'],
      edit('src/relay/memory-tickets.js', 'const entry = this.#entries.get(ticket);\n        this.#entries.delete(ticket);', 'const entry = this.#entries.get(ticket);')),
    taken('ticket-once-redis', 'the same over several nodes', ['cluster/tickets'],
      edit('src/relay/redis/redis-tickets.js', "redis.call('DEL', KEYS[1])\n", '')),
    taken('ticket-age', 'that a ticket of one process gets too old', ['catalogue/controls'],
      edit('src/relay/memory-tickets.js', 'entry !== undefined && monotonicMs() < entry.untilMs', 'entry !== undefined')),
    taken('ticket-lifetime', 'the 30 s of a ticket', ['routes/ws/ticket'],
      edit('routes/ws/ticket.js', 'Math.min(LIFETIME_MS, expiresAtMs - Date.now())', 'Math.min(LIFETIME_MS * 10, expiresAtMs - Date.now())')),
    taken('ticket-end-of-token', 'that a ticket and its connection end with the token', ['routes/ws/ticket'],
      edit('routes/ws/ticket.js', 'Math.min(LIFETIME_MS, expiresAtMs - Date.now())', 'LIFETIME_MS'))
  ]),
  ...control('handshake', [
    taken('handshake-version', 'that only version 13 is spoken', ['integration/handshake-raw'],
      edit('routes/ws/door.js', "headers['sec-websocket-version'] !== '13'", 'false')),
    taken('handshake-http10', 'the refusal of HTTP/1.0', ['integration/handshake-raw'],
      edit('routes/ws/door.js', 'raw.httpVersionMajor === 1 && raw.httpVersionMinor === 0', 'false')),
    taken('handshake-host', 'the refusal of a handshake without Host', ['integration/handshake-raw'],
      edit('routes/ws/door.js', 'headers.host === undefined', 'false'),
      edit('src/malformed-request.js', "headers.host === undefined && httpVersion !== '1.0'", 'false')),
    taken('handshake-other-route', 'the refusal of upgrades on plain routes (M1)', ['integration/handshake-order', 'plugins/websocket'],
      edit('plugins/websocket.js', 'if (isMisled && ', 'if (false && ')),
    taken('handshake-pipelined', 'the end of an upgrade behind an unanswered request (M2)', ['catalogue/upgrades'],
      edit('plugins/websocket.js', 'if (socket._httpMessage)', 'if (false)')),
    taken('handshake-pipelined-embedded', 'the same in an application that embeds the hub', ['catalogue/upgrades'],
      edit('src/upgrades.js', 'if (socket._httpMessage) {', 'if (false) {'))
  ])
]
