import t from 'tap'
import { addressKey } from '../../src/hub/address.ts'

t.test('an IPv4 address counts as it is, also in its IPv6 form', async (t) => {
  t.same(['192.0.2.7', '::ffff:192.0.2.7', '::FFFF:192.0.2.7'].map(addressKey), Array(3).fill('192.0.2.7'))
})

t.test('IPv6 addresses of one /64 network count as one', async (t) => {
  const same = ['2001:db8:0:1::1', '2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:0DB8:0000:0001::', '2001:db8:0:1::1%eth0']
  t.same([...new Set(same.map(addressKey))], ['2001:db8:0:1::/64'])
})

t.test('IPv6 addresses of different networks count apart', async (t) => {
  const different = ['2001:db8:0:1::1', '2001:db8:0:2::1', '2001:db8::1', '::1', 'fe80::1']
  t.equal(new Set(different.map(addressKey)).size, different.length)
})

t.test('a shortened part in the middle is written out where it stands', async (t) => {
  t.equal(addressKey('2001:db8::8:800:200c:417a'), '2001:db8:0:0::/64')
  t.equal(addressKey('1:2:3:4:5:6:7::'), '1:2:3:4::/64')
})

t.test('what is no address counts as it is', async (t) => {
  t.same(['', 'unix', 'localhost'].map(addressKey), ['', 'unix', 'localhost'])
})
