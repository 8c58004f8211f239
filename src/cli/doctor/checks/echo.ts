import type { Check } from '../check.ts'
import { failed, ok } from '../finding.ts'
import { delivery, pairOf, publish } from '../rooms.ts'
import { formatMs, rounded } from '../spread.ts'

/** Of one, two, three and four bytes in UTF-8, with what must be escaped in JSON. */
const CONTENT = 'a "quoted" \\ line\n\tÄß €‰ 日本 😀👩‍🚀'

/** Does what one connection says reach the other, unharmed? */
export const echo: Check = {
  name: 'echo',
  needs: 'greeting',
  async run (visit) {
    const { room, from, to } = await pairOf(visit)
    const startedAt = performance.now()
    const [{ payload, at }] = await Promise.all([delivery(to, room, 'echo'), publish(from, room, { mark: 'echo', content: CONTENT })])
    if (payload['content'] !== CONTENT) return failed('the message arrived changed', 'Something on the way rewrites texts: a scanner or a proxy that takes frames for another encoding.')
    return ok(`from one connection to another in ${formatMs(at - startedAt)}`, { delivery_ms: rounded(at - startedAt) })
  }
}
