import { setTimeout as sleep } from 'node:timers/promises'
import { clientFrame, closeFrame, OPCODE } from '../../bench/load/client-frame.ts'
import type { Random } from '../faults/random.ts'
import { textFrame, type ChurnPeer } from './churn-peer.ts'

/** Where on its way a connection is reset. */
export const resetSteps = ['syn', 'accepted', 'mid-header', 'in hook', 'at 101', 'greeted', 'mid-frame', 'mid-message', 'mid-request', 'mid-close', 'closing'] as const
export type ResetStep = typeof resetSteps[number]

/** What the service reads before the reset comes is by chance: it may be nothing, or all, and it may have begun to answer. */
const MAX_PAUSE_MS = 3

/** Takes a connection as far as a step, and resets it there; resolves when it is gone. */
export async function resetAt (peer: ChurnPeer, step: ResetStep, random: Random): Promise<void> {
  await approach(peer, step, random)
  peer.reset()
  await peer.ended
}

async function approach (peer: ChurnPeer, step: ResetStep, random: Random): Promise<void> {
  if (step === 'syn') return
  if (step === 'accepted') return await pause(random)
  if (step === 'mid-header' || step === 'in hook') {
    const { request } = peer
    const length = step === 'in hook' ? request.length : random.integer(1, request.length - 1)
    peer.socket.write(request.slice(0, length))
    return await pause(random)
  }
  if (step === 'at 101') {
    await peer.ask()
    return
  }
  await peer.open()
  if (step === 'greeted') return
  peer.write(lastWords(step, random))
  await pause(random)
}

/** The last bytes of somebody who was greeted. */
function lastWords (step: ResetStep, random: Random): Buffer {
  const request = textFrame({ type: 'join_room', id: 'last', room: 'reset' })
  if (step === 'mid-request') return request
  if (step === 'mid-frame') return request.subarray(0, random.integer(1, request.length - 1))
  if (step === 'mid-message') return beginOfMessage()
  if (step === 'mid-close') return closeFrame().subarray(0, random.integer(1, closeFrame().length - 1))
  return closeFrame()
}

/** The first of several frames of a message. */
function beginOfMessage (): Buffer {
  const frame = clientFrame(OPCODE.text, Buffer.from('{"type":'))
  frame[0] = OPCODE.text
  return frame
}

async function pause (random: Random): Promise<void> {
  await sleep(random.next() * MAX_PAUSE_MS)
}
