import t from 'tap'
import { NodeHost } from './hosts/node-host.ts'
import { programOf } from './hosts/node-versions.ts'
import { playCalmScenes } from './suite/suite.ts'

// On a machine that is busy with other things, too.
t.setTimeout(120_000)

const SCENES = ['two members', 'tabs', 'too large', 'calls made', 'swallowed', 'more at once', 'waits for a connection', 'published to a user', 'renewed']

await playCalmScenes(t, new NodeHost('node 24, binary', programOf(24), 'platform', 'binary'), SCENES)
