import t from 'tap'
import { enter, startHub } from '../support/test-hub.ts'
import { RelayFacade } from '../../src/relay/relay-facade.ts'

t.test('an application publishes to a topic by its name', async (t) => {
  const service = await startHub(t)
  const facade = new RelayFacade(service.relay)
  const ada = await enter(t, service, 'ada')
  t.match(await facade.publish('user:ada', { type: 'news', payload: 1 }), { recipients: 1, seq: 1, epoch: String })
  t.match(await ada.next('news'), { payload: 1, seq: 1, topic: 'user:ada' })
})

t.test('what is published by topic and by the hub is one stream', async (t) => {
  const service = await startHub(t)
  const facade = new RelayFacade(service.relay)
  await facade.publish('room:hall', { type: 'news' })
  t.equal((await service.hub.toRoom('hall', { type: 'news' })).seq, 2)
})

t.test('a bad event and a closed relay are refused as rejections', async (t) => {
  const service = await startHub(t)
  const facade = new RelayFacade(service.relay)
  await t.rejects(facade.publish('all', { type: '' }), { code: 'HUB_ERR_BAD_EVENT' })
  await service.relay.close()
  await t.rejects(facade.publish('all', { type: 'news' }), { code: 'UNAVAILABLE' })
})

t.test('the status of the relay is told', async (t) => {
  const service = await startHub(t)
  const facade = new RelayFacade(service.relay)
  t.same(facade.status(), { kind: 'memory', ready: true })
  await service.relay.close()
  t.same(facade.status(), { kind: 'memory', ready: false, reason: 'relay closed' })
})
