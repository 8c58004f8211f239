import { Type, type Static } from '@sinclair/typebox'

// What dispatcher, drivers and passengers say to each other: all of them import this file.

export const PlaceSchema = Type.Object({ latitude: Type.Number({ minimum: -90, maximum: 90 }), longitude: Type.Number({ minimum: -180, maximum: 180 }) })
export const RideRequestSchema = Type.Object({ pickup: PlaceSchema })
export const AnswerSchema = Type.Object({ match_id: Type.String(), accepted: Type.Boolean() })
export const RideSchema = Type.Object({ ride_id: Type.String() })

export type Place = Static<typeof PlaceSchema>

/** A driver and a passenger have found each other. */
export interface Match {
  readonly match_id: string
  readonly ride_id: string
  readonly driver_id: string
  /** The trip's room, for the two of them. */
  readonly room: string
}

/** What drivers are told. */
export interface DriverEvents {
  readonly match_proposal: { readonly match_id: string, readonly pickup: Place, readonly answer_within_ms: number }
  readonly match_confirmed: Match
}

/** What passengers are told. */
export interface PassengerEvents {
  readonly driver_asked: { readonly match_id: string, readonly driver_id: string }
  readonly no_driver: { readonly ride_id: string }
  readonly match_confirmed: Match
  readonly ride_arrived: { readonly ride_id: string }
  readonly ride_started: { readonly ride_id: string }
  readonly ride_completed: { readonly ride_id: string }
}

/** What happens to a ride, in this order; each is also the type of the driver's request. */
export const RIDE_STEPS = ['ride_arrived', 'ride_started', 'ride_completed'] as const
