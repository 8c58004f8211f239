import t from 'tap'
import { goals } from '../../bench/goals.ts'
import { planLoad } from '../../bench/load/options.ts'
import { scaleLoad } from '../../bench/scale-load.ts'
import { pairsOf } from '../../bench/scene.ts'
import { allScenes } from '../../bench/scenes.ts'
import { selectScenes } from '../../bench/select-scenes.ts'

const scenes = allScenes({ people: 5, script: [{ speaker: 4, text: 'hi' }] })
const namesOf = (...wanted: string[]) => selectScenes(scenes, wanted).map(({ name }) => name)

t.test('scenes are chosen by name or by group, in the usual order', async (t) => {
  t.strictSame(namesOf('d', 'a16'), ['a16', 'd'])
  t.strictSame(namesOf('b'), ['b64', 'b512'])
  t.strictSame(namesOf('h'), ['h1', 'h64'])
  t.strictSame(namesOf('r'), ['r16', 'r64'])
  t.equal(namesOf().length, scenes.length)
})

t.test('an unknown scene is refused with all known names', async (t) => {
  t.throws(() => namesOf('a16', 'z'), /expected a1, a4, .* or a group, got z/)
})

t.test('every scene is a load that can be put on a hub, at full size and scaled down', async (t) => {
  const loads = scenes.flatMap(({ steps }) => steps.map(({ load }) => load))
  for (const scale of [1, 0.05, 0.001]) {
    for (const load of loads) t.doesNotThrow(() => planLoad({ ...scaleLoad(load, scale), url: 'ws://127.0.0.1:1' }))
  }
})

t.test('scaling takes rooms away where there are many, else members', async (t) => {
  t.match(scaleLoad({ rooms: 100, membersPerRoom: 10 }, 0.05), { rooms: 5, membersPerRoom: 10 })
  t.match(scaleLoad({ membersPerRoom: 1_000, publishersPerRoom: 1_000, arrivalSeconds: 50 }, 0.1), { membersPerRoom: 100, publishersPerRoom: 100, arrivalSeconds: 5 })
})

t.test('the history is measured under the load of many rooms too', async (t) => {
  const [many, kept] = selectScenes(scenes, ['b64', 'h64'])
  t.strictSame(kept?.steps, many?.steps)
})

t.test('only hubs that a scene has are held against each other, each against one', async (t) => {
  for (const scene of scenes) {
    const pairs = pairsOf(scene)
    t.ok(pairs.flat().every((hub) => scene.hubs.includes(hub)), scene.name)
    t.equal(new Set(pairs.map(([, peer]) => peer)).size, pairs.length, scene.name)
  }
})

t.test('every goal belongs to a scene, and to a figure and a hub that it shows', async (t) => {
  for (const { scene, figure, peer, steps } of goals) {
    const found = scenes.find(({ name }) => name === scene)
    t.ok(found?.figures.includes(figure), `${scene} ${figure}`)
    t.ok(peer === undefined || found?.hubs.includes(peer), `${scene} ${figure} ${peer}`)
    const labels = found?.steps.map(({ label }) => label) ?? []
    t.ok(steps === undefined || (labels.includes(steps.from) && labels.includes(steps.to)), `${scene} ${figure}`)
  }
})
