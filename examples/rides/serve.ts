import type { buildApp } from 'wshub'
import { stopRequest } from '../cluster/stop-request.ts'
import { EXIT, say } from '../shared/program.ts'
import { signToken, type TokenUser } from '../shared/tokens.ts'

const PEOPLE = [{ id: 'dee', name: 'Dee', role: 'driver' }, { id: 'ada', name: 'Ada', role: 'passenger' }]

/** Runs the service until a signal asks it to stop; a second one ends it at once. */
export async function serve (app: Awaited<ReturnType<typeof buildApp>>, secret: string, port: number): Promise<number> {
  const stopSignal = stopRequest(() => process.exit(EXIT.interrupted))
  const url = (await app.listen({ host: '127.0.0.1', port })).replace('http', 'ws')
  for (const person of PEOPLE) say(await invitation(url, secret, person))
  say('{"type":"beacon_update","data":{"is_active":true}} and {"type":"location_update","data":{"latitude":-6.2,"longitude":106.8}} is what Dee begins with,')
  say('{"type":"finder_update","data":{"is_active":true,"pickup":{"latitude":-6.2,"longitude":106.9}}} what Ada says then. Ctrl-C ends it.')
  say(`${await stopSignal}: saying goodbye …`)
  return EXIT.success
}

async function invitation (url: string, secret: string, person: TokenUser): Promise<string> {
  return `${person.name}, a ${person.role}:\n  npx wscat -c "${url}/ws?dialect=notify.v1" -H "Authorization: Bearer ${await signToken(secret, person)}"\n`
}
