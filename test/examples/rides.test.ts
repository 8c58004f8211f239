import t from 'tap'
import { runExample } from './run-example.ts'

t.test('the ride is told to its end: declined, not answered, missed and recovered, driven, paid (S1-01, S1-26, S1-86)', async (t) => {
  const { code, stdout, stderr } = await runExample(t, ['rides', '--think', '1500']).finished()
  t.equal(stderr, '')
  t.equal(code, 0)
  const story = [
    /Ada +sees that fay drives/,
    /Fay +drives into a tunnel/,
    /Fay +could not say where/,
    /Ada +asks for a ride/,
    /service +Match proposal settled \(match_id match-1, driver_id dee, outcome declined\)/,
    /service +Match proposal settled \(match_id match-2, driver_id eli, outcome not answered\)/,
    /service +Processing match proposal notification \(match_id match-3, driver_id fay/,
    /service +Client not connected for notification \(user_id fay, event match_proposal\)/,
    /Fay +is back: user:fay recovered true, missed 1/,
    /Fay +gets the proposal match-3 and accepts/,
    /Ada +rides with fay, and joins trip:ride-1/,
    /Fay +is with the passenger in trip:ride-1/,
    /Ada +sees the car: -6.2, 106.81/,
    /Ada +is told: ride_started \(ride-1/,
    /Ada +is told: ride_completed \(ride-1/,
    /Ada +has paid 20000/,
    /^ok +Fay came back/m
  ]
  const places = story.map((line) => stdout.search(line))
  t.notOk(places.includes(-1), stdout)
  t.same(places, places.toSorted((one, other) => one - other), 'in this order')
  t.match(stdout, /Fay +reads: .*at the gate/)
})

t.test('with no driver left the passenger is told, and it ends with exit code 1', async (t) => {
  const { code, stdout, stderr } = await runExample(t, ['rides', '--think', '100', '--stay']).finished()
  t.equal(code, 1)
  t.match(stdout, /driver_id fay, outcome not answered/)
  t.match(stdout, /Ada +finds no driver/)
  t.match(stderr, 'no driver was found')
})
