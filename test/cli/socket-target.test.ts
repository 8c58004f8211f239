import t from 'tap'
import { socketTarget } from '../../src/cli/socket-target.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

t.test('an address of a socket is taken as it is', async (t) => {
  t.same(socketTarget('wss://hub.example/live?dialect=hub.v1'), { href: 'wss://hub.example/live?dialect=hub.v1', shown: 'wss://hub.example/live' })
})

t.test('an address of a page leads to the socket', async (t) => {
  t.equal(socketTarget('http://localhost:8080').href, 'ws://localhost:8080/ws')
  t.equal(socketTarget('https://hub.example/#top').href, 'wss://hub.example/ws')
})

t.test('what may be secret is not shown', async (t) => {
  t.equal(socketTarget('ws://ada:canary@localhost:1/ws?token=canary#canary').shown, 'ws://localhost:1/ws')
})

t.test('what is no address is refused by the name of its flag, without what may be secret', async (t) => {
  for (const text of ['localhost:8080/ws?token=canary', 'ftp://ada:canary@host/', '/ws?token=canary', 'ws://', 'hello']) {
    const error = t.throws(() => socketTarget(text))
    t.type(error, UsageError)
    t.match(String(error), /--url: expected an address such as/)
    t.notMatch(String(error), /canary/)
  }
})
