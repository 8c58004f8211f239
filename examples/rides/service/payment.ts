import { HubError } from 'wshub'
import { PaymentSchema } from '../messages.ts'
import { takeStep } from './checks.ts'
import { passengers, type RideParts } from './parts.ts'

/** `payment_process`: the passenger pays for a ride, once; both are told. */
export function handlePayment ({ hub, store, notices, log }: RideParts): void {
  hub.handle('payment_process', { schema: PaymentSchema, ...passengers }, async ({ user }, { ride_id: rideId, amount }) => {
    if (amount <= 0) throw new HubError('VALIDATION_FAILED', 'amount is out of range')
    const ride = await takeStep(store, { rideId, userId: user.id, by: 'passengerId', from: 'completed', to: 'paid' })
    log.info({ user_id: user.id, ride_id: ride.id, amount }, 'Payment processed')
    await notices.paymentProcessed(ride, amount)
  })
}
