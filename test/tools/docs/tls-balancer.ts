import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { findProgram } from '../../../examples/cluster/find-program.ts'
import { haproxyConfig } from '../../../examples/cluster/haproxy-config.ts'
import { until, type Teardown } from '../../helper.ts'
import { freePort } from '../../support/free-port.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { blocksIn, readPage } from './pages.ts'

/** HAProxy with TLS in front of a service. */
export interface TlsBalancer {
  /** `wss://127.0.0.1:port/ws` */
  readonly url: string
  /** Who vouches for its certificate: a file, PEM. */
  readonly caFile: string
}

/** Starts HAProxy by `deploy/haproxy.cfg` with the lines of the deployment page in it; its files go to the folder. Ends with the test. */
export async function startTlsBalancer (t: Teardown, folder: string, target: string): Promise<TlsBalancer> {
  const port = await freePort()
  const { cert, key } = selfSigned()
  const [caFile, certFile, configFile] = [join(folder, 'ca.pem'), join(folder, 'both.pem'), join(folder, 'haproxy.cfg')]
  await writeFile(caFile, cert)
  await writeFile(certFile, cert + key)
  await writeFile(configFile, withTls({ port, target, certFile }))
  const balancer = spawn(findProgram('haproxy') ?? 'haproxy', ['-db', '-f', configFile], { stdio: 'ignore' })
  const ended = once(balancer, 'exit')
  t.teardown(() => {
    balancer.kill('SIGKILL')
    return ended
  })
  await until(async () => await accepts(port, cert))
  return { url: `wss://127.0.0.1:${port}/ws`, caFile }
}

function withTls ({ port, target, certFile }: { readonly port: number, readonly target: string, readonly certFile: string }): string {
  const { code } = blocksIn(readPage('docs/deployment.md').text).find(({ language }) => language === 'haproxy') ?? { code: '' }
  const lines = code.replace(/bind :\d+/, `bind 127.0.0.1:${port}`).replace(/\/etc\/\S+\.pem/, certFile)
  const plain = haproxyConfig(readPage('deploy/haproxy.cfg').text, { port, targets: [target] })
  return plain.replace(` bind 127.0.0.1:${port}`, `# TLS in its place:\n${lines}`)
}

async function accepts (port: number, ca: string): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port, ca })
  try {
    await once(socket, 'secureConnect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
