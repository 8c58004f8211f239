import t from 'tap'
import { NodeHost } from './hosts/node-host.ts'
import { programOf } from './hosts/node-versions.ts'
import { playSuite } from './suite/suite.ts'

// On a machine that is busy with other things, too.
t.setTimeout(180_000)

await playSuite(t, new NodeHost('node 22', programOf(22), 'platform'), { hasStorm: false })
