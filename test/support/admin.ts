import { getJson, postJson, tokenFor, type TestService } from '../helper.ts'

const ROOT = { sub: 'root', role: 'admin' }

/** Asks a route as an administrator. */
export async function getAsAdmin (service: Pick<TestService, 'address'>, path: string): ReturnType<typeof getJson> {
  return await getJson(service, path, { headers: { authorization: `Bearer ${await tokenFor(ROOT)}` } })
}

/** Posts as an administrator. */
export async function postAsAdmin (service: Pick<TestService, 'address'>, path: string, body: unknown): ReturnType<typeof getJson> {
  return await postJson(service, path, body, ROOT)
}

/** Deletes as an administrator. */
export async function deleteAsAdmin (service: Pick<TestService, 'address'>, path: string): ReturnType<typeof getJson> {
  return await getJson(service, path, { method: 'DELETE', headers: { authorization: `Bearer ${await tokenFor(ROOT)}` } })
}
