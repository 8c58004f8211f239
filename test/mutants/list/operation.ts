import { control, edit, taken, type Mutant } from '../mutant.ts'

/** How the service stands in its surroundings. */
export const operation: readonly Mutant[] = [
  ...control('slow handshake', [
    taken('slow-headers', 'headersTimeout', ['integration/handshake-slow'],
      edit('src/app.js', 'headersTimeout: handshakeTimeoutMs', 'headersTimeout: 0'),
      edit('src/app.js', 'requestTimeout: handshakeTimeoutMs', 'requestTimeout: 0')),
    taken('slow-body', 'requestTimeout', ['integration/handshake-slow'],
      edit('src/app.js', 'requestTimeout: handshakeTimeoutMs', 'requestTimeout: 0')),
    taken('slow-key-server', 'how long a key server may take', ['plugins/jwt-key-set'],
      edit('src/auth/key-set.js', 'timeoutDuration: timeoutMs', 'timeoutDuration: 600_000'))
  ]),
  ...control('shutdown', [
    taken('shutdown-mute', 'the end of a client that answers no close frame (M4)', ['hub/drain'],
      edit('src/hub/drain.js', "this.#sessions.terminateAll('drain timeout');", '')),
    taken('shutdown-crash', 'that clients are told before a service that failed ends', ['catalogue/lifecycle'],
      edit('src/server.js', 'await Promise.race([end(app), sleep(CRASH_LIMIT_MS)]);', '')),
    taken('shutdown-refused', 'the end of those that were refused with a close code', ['integration/drain'],
      edit('plugins/websocket.js', 'for (const socket of this.websocketServer.clients)\n        socket.terminate();', '')),
    taken('shutdown-close-timeout', 'the time to answer a close frame', ['integration/handshake-reject'],
      edit('plugins/websocket.js', 'closeTimeout: closeTimeoutMs,', '')),
    taken('shutdown-door', 'that nobody comes in while a node drains', ['integration/drain', 'hub/admission'],
      edit('src/hub/admission.js', 'if (this.#draining)', 'if (false)'))
  ]),
  ...control('versions with known holes', [
    taken('floors-servers', 'the warning of a Node, Redis or NATS below its floor', ['catalogue/floors'],
      edit('src/version-floors.js', 'logger.warn(shortfall,', 'logger.debug(shortfall,'))
  ]),
  ...control('logs', [
    taken('log-audit', 'the lines of what administrators did', ['routes/ws/audit'],
      edit('routes/audit.js', "'admin action')", "'something')")),
    taken('log-url', 'the redaction of addresses', ['config/redact', 'config/logger-options'],
      edit('config/redact.js', 'if (!SUSPICIOUS.test(url))\n        return url;', 'return url;')),
    taken('log-fields', 'the redaction of headers and fields', ['config/redact'],
      edit('config/redact.js', 'line.replace(SECRET_FIELD, \'$1"***"\')', 'line')),
    taken('log-net', 'the net under every line', ['config/logger-options'],
      edit('config/logger-options.js', 'hooks: { streamWrite: redactLine }', 'hooks: {}')),
    taken('log-jwt', 'that a JWT is known under any key', ['config/redact'],
      edit('config/redact.js', "redacted.includes('eyJ') ?", 'false ?')),
    taken('log-raw-bytes', 'that bytes of a malformed request stay out', ['config/logger-options'],
      edit('config/logger-options.js', '!ArrayBuffer.isView(value)', 'true'))
  ]),
  ...control('proxy trust', [
    taken('proxy-setting', 'that TRUST_PROXY takes addresses and ranges alone', ['config/rules'],
      edit('config/rules.js', 'const known = version > 0 && rest.length === 0 && isPrefix(prefix, version === 4 ? 32 : 128);', 'const known = isPrefix(prefix, 128) || version > 0;')),
    taken('proxy-everybody', 'that only those proxies are trusted', ['integration/handshake-limits'],
      edit('src/app.js', 'trustProxy: trustProxy.length > 0 && [...trustProxy]', 'trustProxy: true'))
  ]),
  ...control('Redis', [
    taken('redis-answer-limit', 'how long Redis may take to answer', ['relay/answer-watch', 'relay/redis-faults'],
      edit('src/relay/redis/answer-watch.js', 'this.#overdue().length > 0', 'false')),
    taken('redis-deadline', 'that a publish which was refused as late is not done later', ['relay/redis-faults'],
      edit('src/relay/redis/publisher.js', 'ahead === undefined ? 0 : ', 'true ? 0 : ')),
    taken('redis-key-kinds', 'that rooms and users have names of their own in Redis', ['catalogue/controls'],
      edit('src/hub/topics.js', 'return `room:', 'return room;\n    return `room:')),
    taken('redis-prefix', 'the prefix of all names', ['relay/redis-security'],
      edit('src/relay/redis/keys.js', 'base(tag) {', "base(tag) {\n        if (this.tagCount === 1)\n            return 'hub:{0}:';")),
    taken('redis-ticket-hash', 'that Redis has no more than the hash of a ticket', ['relay/redis-tickets'],
      edit('src/relay/redis/redis-tickets.js', "createHash('sha256').update(ticket).digest('base64url')", 'ticket')),
    taken('redis-log-password', 'that the command Redis refused, with the password, stays out of the log', ['catalogue/controls'],
      edit('config/logger-options.js', 'command: _command, ', ''))
  ])
]
