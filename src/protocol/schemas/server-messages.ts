import { connectionFrames } from './connection-frames.ts'
import { errorFrame } from './error-frame.ts'
import { messageFrames } from './message-frames.ts'
import { roomFrames } from './room-frames.ts'
import type { ServerMessage } from './server-message.ts'

/** Everything that the server says by a name of its own. */
export const serverMessages: readonly ServerMessage[] = [...connectionFrames, errorFrame, ...roomFrames, ...messageFrames]
