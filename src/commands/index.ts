import { broadcast } from './broadcast.ts'
import type { Command } from './command.ts'
import { history } from './history.ts'
import { joinRoom } from './join-room.ts'
import { leaveRoom } from './leave-room.ts'
import { onlineUsers } from './online-users.ts'
import { ping } from './ping.ts'
import { publish } from './publish.ts'
import { resume } from './resume.ts'
import { sendMessage } from './send-message.ts'
import { refreshToken } from './refresh-token.ts'
import type { Services, SessionServices } from './services.ts'
import { subscribe, unsubscribe } from './subscribe.ts'
import { stopTyping, typing } from './typing.ts'

const factories: ReadonlyArray<(services: Services) => Command> = [
  joinRoom, leaveRoom, sendMessage, typing, stopTyping, onlineUsers, subscribe, unsubscribe, publish, broadcast, history, resume, ping
]

/** The message types of the protocol but those of {@link sessionCommands}, one file each. */
export function builtInCommands (services: Services): Command[] {
  return factories.map((make) => make(services))
}

/** Those that need the sessions, which are there after the rooms. */
export function sessionCommands (services: SessionServices): Command[] {
  return [refreshToken(services)]
}
