import t from 'tap'
import { startChromium } from './hosts/chromium-host.ts'
import { playCalmScenes } from './suite/suite.ts'

// On a machine that is busy with other things, too.
t.setTimeout(120_000)

await playCalmScenes(t, await startChromium(t, 'binary'), ['two members', 'tabs', 'too large', 'calls made', 'all is swallowed'])
