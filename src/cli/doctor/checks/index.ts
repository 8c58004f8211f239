import type { Check } from '../check.ts'
import { acrossNodes } from './across-nodes.ts'
import { address } from './address.ts'
import { authorizationHeader } from './authorization-header.ts'
import { burst } from './burst.ts'
import { clock } from './clock.ts'
import { close } from './close.ts'
import { connect } from './connect.ts'
import { echo } from './echo.ts'
import { firstFrame } from './first-frame.ts'
import { health } from './health.ts'
import { idle } from './idle.ts'
import { largeMessage } from './large-message.ts'
import { noToken } from './no-token.ts'
import { nodes } from './nodes.ts'
import { origin } from './origin.ts'
import { plainRequest } from './plain-request.ts'
import { resume } from './resume.ts'
import { roundTrips } from './round-trips.ts'
import { tls } from './tls.ts'
import { token } from './token.ts'
import { upgrade } from './upgrade.ts'

/** All checks in their order, from the ground up: each may use what those before it found. */
export const checks: readonly Check[] = [
  address, connect, tls, health, plainRequest, noToken, token, upgrade, firstFrame, authorizationHeader, roundTrips, clock,
  echo, largeMessage, burst, nodes, acrossNodes, resume, close, origin, idle
]
