import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { errorText } from '../../error-text.ts'
import { shown } from '../answer.ts'
import { CannotCheck, type Check } from '../check.ts'
import { failed, ok } from '../finding.ts'
import { hostOf, portOf } from '../host.ts'
import { formatMs, rounded } from '../spread.ts'
import { within } from '../within.ts'

/** Does anything listen there? */
export const connect: Check = {
  name: 'connect',
  needs: 'nothing',
  async run (visit) {
    if (!visit.hasAddress) throw new CannotCheck('there is no address')
    const { href, timeoutMs } = visit.options
    const startedAt = performance.now()
    const socket = connectTcp({ host: hostOf(href), port: portOf(href) })
    visit.onEnd(() => socket.destroy())
    try {
      await within(once(socket, 'connect'), timeoutMs, 'a connection')
      const tookMs = performance.now() - startedAt
      visit.isReachable = true
      return ok(`${shown(`${socket.remoteAddress}`)} port ${portOf(href)} in ${formatMs(tookMs)}`, { connect_ms: rounded(tookMs) })
    } catch (error) {
      const text = shown(errorText(error))
      return failed(text, adviceFor(text))
    } finally {
      socket.on('error', () => {})
      socket.destroy()
    }
  }
}

function adviceFor (text: string): string {
  if (/ECONNREFUSED/.test(text)) return 'Nothing listens on that port: is the proxy, or the service, running, and does it listen on an address that is reached from outside (HOST is not 127.0.0.1)?'
  if (/within/.test(text)) return 'Packets get lost: a firewall or a security group does not let this port through, or the address is an old one.'
  return 'The machine cannot be reached from here: see routes, firewall, and the address.'
}
