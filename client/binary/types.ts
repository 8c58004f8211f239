/** Types that go as a number: their place in this list, as `hub.proto` has them. Later ones go by their names. */
export const numberedTypes = (
  ' join_room leave_room send_message typing stop_typing online_users subscribe unsubscribe publish broadcast ' +
  'history resume refresh_token ping connected ack error room_info user_joined user_left new_message message ' +
  'user_typing subscribed unsubscribed resumed gap rate_warning token_expiring token_refreshed draining pong system.alert'
).split(' ')
