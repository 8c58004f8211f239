import { readDigits, writeDigits } from './digits.ts'

/** What every message of the load begins with: `~`, who sent it, its number, and when, as decimals of fixed width. */
export interface Stamp {
  /** Index of the member who sent it. */
  readonly sender: number
  /** Messages of a run are numbered from 0 in the order of sending, over all rooms. */
  readonly number: number
  /** Microseconds since the start of the run. */
  readonly sentUs: number
}

const MARK = 0x7E
const QUOTE = 0x22
const SENDER_WIDTH = 5
/** Digits of a message's number. */
export const NUMBER_WIDTH = 8
const TIME_WIDTH = 10
const NUMBER_AT = 1 + SENDER_WIDTH
const TIME_AT = NUMBER_AT + NUMBER_WIDTH

/** Length of a stamp, characters and bytes. */
export const STAMP_LENGTH = TIME_AT + TIME_WIDTH

/** A stamp to be filled in later. */
export const EMPTY_STAMP = '~'.padEnd(STAMP_LENGTH, '0')

/** Whether a stamp begins here, as the first thing in a JSON string. */
export function isStampAt (bytes: Uint8Array, at: number): boolean {
  return bytes[at] === MARK && bytes[at - 1] === QUOTE
}

/** The sender out of a stamp. */
export function readSender (bytes: Uint8Array, at: number): number {
  return readDigits(bytes, at + 1, SENDER_WIDTH)
}

/** The message's number out of a stamp. */
export function readMessageNumber (bytes: Uint8Array, at: number): number {
  return readDigits(bytes, at + NUMBER_AT, NUMBER_WIDTH)
}

/** The time of sending out of a stamp, microseconds. */
export function readSentUs (bytes: Uint8Array, at: number): number {
  return readDigits(bytes, at + TIME_AT, TIME_WIDTH)
}

/** Fills in a stamp. */
export function writeStamp (bytes: Uint8Array, at: number, { sender, number, sentUs }: Stamp): void {
  writeDigits(bytes, at + 1, SENDER_WIDTH, sender)
  writeDigits(bytes, at + NUMBER_AT, NUMBER_WIDTH, number)
  writeDigits(bytes, at + TIME_AT, TIME_WIDTH, sentUs)
}
