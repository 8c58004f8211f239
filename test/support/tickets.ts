import { getJson, tokenFor, type Claims, type TestService } from '../helper.ts'

/** A ticket for a user (by id, or by claims), as the service makes it. */
export async function ticketFor (service: Pick<TestService, 'address'>, user: string | Claims): Promise<string> {
  const token = await tokenFor(typeof user === 'string' ? { sub: user } : user)
  const { body } = await getJson(service, '/ws/ticket', { method: 'POST', headers: { authorization: `Bearer ${token}` } })
  return String(body['ticket'])
}
