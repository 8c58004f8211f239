import t from 'tap'
import { runExample } from './run-example.ts'

t.test('the ride is told to its end: declined, not answered, missed and recovered, driven (S1-01, S1-26)', async (t) => {
  const { code, stdout, stderr } = await runExample(t, ['rides', '--think', '1500']).finished()
  t.equal(stderr, '')
  t.equal(code, 0)
  const story = [
    /Fay +drives into a tunnel/,
    /Fay +could not say where/,
    /Ada +asks for a ride/,
    /dispatcher dee declines \(match-1\)/,
    /dispatcher eli keeps silent \(match-2\)/,
    /dispatcher proposes match-3 to fay, who has 0 connections/,
    /Fay +is back: user:fay recovered true, missed 1/,
    /Fay +gets the proposal match-3 and accepts/,
    /Ada +rides with fay, and joins trip:ride-1/,
    /Ada +sees the car: .*"step":3/,
    /Ada +is told: ride_arrived \(ride-1/,
    /Ada +is told: ride_started \(ride-1/,
    /Ada +is told: ride_completed \(ride-1/,
    /^ok +Fay came back/m
  ]
  const places = story.map((line) => stdout.search(line))
  t.notOk(places.includes(-1), stdout)
  t.same(places, places.toSorted((one, other) => one - other), 'in this order')
})

t.test('with no driver left the passenger is told, and it ends with exit code 1', async (t) => {
  const { code, stdout, stderr } = await runExample(t, ['rides', '--think', '100', '--stay']).finished()
  t.equal(code, 1)
  t.match(stdout, /dispatcher fay keeps silent/)
  t.match(stdout, /Ada +finds no driver/)
  t.match(stderr, 'no driver was found')
})
