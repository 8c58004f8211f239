import { Type, type Static } from '@sinclair/typebox'

// What the application and its clients say to each other: both import this file.

/** Payload of the request `lunch.vote`; the hub checks it before the handler runs. */
export const VoteSchema = Type.Object({ dish: Type.Union([Type.Literal('pizza'), Type.Literal('ramen'), Type.Literal('salad')]) })

export type Vote = Static<typeof VoteSchema>
export type Dish = Vote['dish']

/** Votes of each dish. */
export type Tally = Readonly<Record<Dish, number>>

/** What the application sends, by message type. */
export interface LunchEvents {
  /** To the room, whenever somebody has voted. */
  readonly 'lunch.tally': Tally
  /** To a user who has not voted yet. */
  readonly 'lunch.reminder': { readonly text: string }
}

/** The room where the votes are told. */
export const LUNCH_ROOM = 'lunch'
