import t from 'tap'
import { startChromium } from './hosts/chromium-host.ts'
import { playSuite } from './suite/suite.ts'

// On a machine that is busy with other things, too.
t.setTimeout(180_000)

await playSuite(t, await startChromium(t), { hasStorm: true })
