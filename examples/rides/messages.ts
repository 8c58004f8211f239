import { Type, type Static } from '@sinclair/typebox'

// What the service, drivers and passengers say to each other: all of them import this file.
//
// A schema says of what kind a field is: the hub refuses everything else as badly formed, before a handler sees it. What a value may be
// is the handlers' affair (VALIDATION_FAILED), and so is a missing id: for that there is a text of its own.

const RFC_3339 = String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`

export const PlaceSchema = Type.Object({ latitude: Type.Number(), longitude: Type.Number() })
/** `location_update`, from drivers: where they are, and since when. */
export const LocationSchema = Type.Object({ ...PlaceSchema.properties, timestamp: Type.Optional(Type.String({ pattern: RFC_3339 })) })
/** `beacon_update`, from drivers: whether they want to drive. */
export const BeaconSchema = Type.Object({ is_active: Type.Boolean() })
/** `finder_update`, from passengers: whether they look for a driver, and where they want to be picked up. */
export const FinderSchema = Type.Object({ is_active: Type.Boolean(), pickup: Type.Optional(PlaceSchema) })
/** `match_confirm`, from both: whether they want to ride together; left out means no. */
export const MatchConfirmSchema = Type.Object({ match_id: Type.Optional(Type.String()), accepted: Type.Optional(Type.Boolean()) })
/** `ride_start` and `ride_arrived`, from drivers. */
export const RideSchema = Type.Object({ ride_id: Type.Optional(Type.String()) })
/** `payment_process`, from passengers. */
export const PaymentSchema = Type.Object({ ride_id: Type.Optional(Type.String()), amount: Type.Number() })

export type Place = Static<typeof PlaceSchema>
export type Location = Static<typeof LocationSchema>

/** `match_proposal`: these two could ride together. */
export interface MatchProposal {
  readonly match_id: string
  readonly driver_id: string
  readonly passenger_id: string
  readonly pickup: Place
  readonly answer_within_ms: number
}

/** Which ride a notice is about, and whose it is. */
export interface RideNotice {
  readonly ride_id: string
  readonly driver_id: string
  readonly passenger_id: string
}

/** `ride_pickup`: the driver is on the way. */
export interface RidePickup extends RideNotice {
  readonly match_id: string
  readonly pickup: Place
  /** The trip's room, where the two may talk. */
  readonly room: string
}

/** `payment_processed`. */
export interface PaymentProcessed extends RideNotice {
  readonly amount: number
}

/** What driver and passenger are told alike. */
export interface RideEvents {
  readonly match_proposal: MatchProposal
  readonly ride_pickup: RidePickup
  readonly ride_started: RideNotice
  readonly ride_completed: RideNotice
  readonly payment_processed: PaymentProcessed
}

/** What passengers are told besides. */
export interface PassengerEvents extends RideEvents {
  readonly driver_availability: { readonly driver_id: string, readonly is_active: boolean }
  readonly driver_location: RideNotice & Location
  readonly no_driver: { readonly pickup: Place }
}
