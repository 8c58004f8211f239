// What the page looks like: nothing here knows of the service.

const element = (id) => document.getElementById(id)
const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const views = []
let current
let isConnected = false

element('composer').addEventListener('submit', (event) => {
  event.preventDefault()
  const content = element('text').value.trim()
  element('text').value = ''
  element('text').focus()
  if (content === '') return
  current?.onTyping(false)
  current?.onSend(content)
})
element('text').addEventListener('input', () => current?.onTyping(element('text').value !== ''))
document.addEventListener('visibilitychange', () => current?.read())

/** Shows the login with what was wrong; resolves with a name. */
export async function askName (problem) {
  element('login').hidden = false
  element('problem').textContent = problem
  element('name').focus()
  const name = await new Promise((resolve) => {
    element('login').onsubmit = (event) => {
      event.preventDefault()
      resolve(element('name').value)
    }
  })
  element('login').hidden = true
  return name
}

/** Says how the connection is, and why. */
export function showConnection ({ state, reason, retryInMs }) {
  isConnected = state === 'open'
  const texts = { open: 'connected', connecting: 'connecting …', closed: `closed: ${reason}` }
  element('chat').hidden = false
  element('connection').dataset.state = state
  element('connection').textContent = texts[state] ?? `offline, next attempt in ${Math.ceil(retryInMs / 1000)} s`
  for (const mark of document.querySelectorAll('.pending .mark')) mark.textContent = pendingText()
  if (!isConnected) for (const view of views) view.forgetTyping()
}

/** Shows what the service has to say to everybody. */
export function showNotice (text) {
  current?.note(text)
}

function pendingText () {
  return isConnected ? 'sending …' : 'waits for the connection'
}

/** A room: its button with the number of unread messages, its messages, its people. */
export class RoomView {
  onSend = () => {}
  onTyping = () => {}
  #me
  #button = document.createElement('button')
  #badge = document.createElement('b')
  #list = document.createElement('ol')
  #lines = new Map()
  #members = []
  #typing = new Map()
  #unread = 0

  constructor (name, me) {
    this.#me = me
    this.#button.append(name, this.#badge)
    this.#button.addEventListener('click', () => this.#select())
    const item = document.createElement('li')
    item.append(this.#button)
    element('rooms').append(item)
    this.#list.hidden = true
    this.#list.setAttribute('role', 'log')
    this.#list.setAttribute('aria-label', name)
    element('messages').append(this.#list)
    views.push(this)
    if (current === undefined) this.#select()
  }

  /** Shows what somebody said, once, however often it comes: live, missed, or out of the past. */
  add ({ id, seq, sender, payload, timestamp }, { isNew = false } = {}) {
    const key = id ?? `#${seq}`
    if (this.#lines.has(key)) return
    const line = this.#addLine(key, { name: sender?.name ?? 'service', content: payload.content ?? JSON.stringify(payload), at: new Date(timestamp) })
    line.classList.toggle('own', sender?.id === this.#me)
    this.#place(line, seq)
    if (!isNew) return
    // Who has said it does not type it any more.
    this.#typing.delete(sender?.id)
    this.#count()
  }

  /** Shows what the user says, before the service has it. */
  addOwn (content, id) {
    this.#lines.get(id)?.remove()
    const line = this.#addLine(id, { name: 'you', content, at: new Date() })
    line.className = 'own pending'
    line.querySelector('.mark').textContent = pendingText()
    this.#place(line)
  }

  markSent (id, seq) {
    const line = this.#lines.get(id)
    line.className = 'own'
    line.querySelector('.mark').textContent = '✓'
    this.#place(line, seq)
  }

  markFailed (id, reason, retry) {
    const line = this.#lines.get(id)
    line.className = 'own failed'
    const button = document.createElement('button')
    button.textContent = 'Try again'
    button.addEventListener('click', retry)
    line.querySelector('.mark').replaceChildren(`not sent: ${reason} `, button)
  }

  note (text) {
    const line = document.createElement('li')
    line.className = 'note'
    line.textContent = text
    this.#place(line)
  }

  /** Numbers begin anew, or some are missing: what is shown already stays where it is. */
  startAnew () {
    for (const line of this.#list.children) delete line.dataset.seq
    this.note('Messages may be missing here.')
  }

  showMembers (members) {
    this.#members = members.map(({ name }) => name)
    this.#show()
  }

  showTyping ({ id, name }, isTyping) {
    if (isTyping) this.#typing.set(id, name)
    else this.#typing.delete(id)
    this.#show()
  }

  /** Without a connection nobody says who has stopped. */
  forgetTyping () {
    this.#typing.clear()
    this.#show()
  }

  /** What the user looks at is read. */
  read () {
    if (document.visibilityState === 'visible') this.#unread = 0
    this.#show()
  }

  #select () {
    current = this
    for (const view of views) view.#show()
    this.read()
    this.#list.lastElementChild?.scrollIntoView()
  }

  #count () {
    this.#unread += 1
    if (current === this) this.read()
    else this.#show()
  }

  #show () {
    this.#badge.textContent = this.#unread === 0 ? '' : ` ${this.#unread}`
    this.#button.setAttribute('aria-current', String(current === this))
    this.#list.hidden = current !== this
    if (current !== this) return
    element('members').textContent = this.#members.join(', ')
    element('typing').textContent = this.#typing.size === 0 ? '' : `${[...this.#typing.values()].join(', ')} typing …`
  }

  #addLine (key, { name, content, at }) {
    const line = document.createElement('li')
    for (const [tag, className, text] of [['strong', 'name', name], ['span', 'text', content], ['time', 'time', time.format(at)], ['span', 'mark', '']]) {
      const part = document.createElement(tag)
      part.className = className
      part.textContent = text
      line.append(part)
    }
    this.#lines.set(key, line)
    return line
  }

  /** Puts a line in the order that all members see; what has no number yet is last. */
  #place (line, seq) {
    if (seq !== undefined) line.dataset.seq = seq
    const next = [...this.#list.children].find((other) => other !== line && Number(other.dataset.seq) > seq)
    this.#list.insertBefore(line, next ?? null)
    if (next === undefined && current === this) line.scrollIntoView()
  }
}
