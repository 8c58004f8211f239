import { connect as connectPlain, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'

/** Bytes come here; they are only valid during the call. */
export type OnBytes = (bytes: Buffer, length: number) => void

/** Connections from one address of this machine; more could run out of its ports. */
const CONNECTIONS_PER_ADDRESS = 20_000
const LOOPBACK = new Set(['127.0.0.1', 'localhost'])
const READ_BUFFER_BYTES = 65_536
/** A read is over before the next one begins, so one buffer serves all sockets, and none is made for a read. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)

/** Opens the stream under a WebSocket; `index` is the connection's place among all of the run. */
export function openTransport (url: URL, index: number, onBytes: OnBytes): Socket {
  const isSecure = url.protocol === 'wss:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port === '' ? (isSecure ? 443 : 80) : url.port)
  const socket = isSecure ? secure(host, port, onBytes) : plain(host, port, index, onBytes)
  socket.setNoDelay(true)
  return socket
}

function plain (host: string, port: number, index: number, onBytes: OnBytes): Socket {
  const onread: OnReadOpts = {
    buffer: readBuffer,
    callback (length) {
      onBytes(readBuffer, length)
      return true
    }
  }
  const localAddress = localAddressOf(host, index)
  return connectPlain({ host, port, onread, ...(localAddress !== undefined && { localAddress }) })
}

function secure (host: string, port: number, onBytes: OnBytes): Socket {
  const socket = connectSecure({ host, port, servername: host })
  return socket.on('data', (bytes: Buffer) => onBytes(bytes, bytes.length))
}

/** Further addresses of the loopback network for more connections than one address has ports. */
function localAddressOf (host: string, index: number): string | undefined {
  const block = Math.floor(index / CONNECTIONS_PER_ADDRESS)
  return block > 0 && LOOPBACK.has(host) ? `127.0.0.${1 + block}` : undefined
}
