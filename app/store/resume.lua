-- End the pause, on the word of ARGV[1]: all that was put off for it is due as its state says.
-- Answers the pause that ended, or nothing where there was none.
local before = redis.call('GET', 'cs:paused')
if not before then return '' end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('DEL', 'cs:paused')
redis.call('XADD', 'cs:events', '*', 'event', cjson.encode({
  type = 'gate.resumed', at_ms = now, actor_kind = 'system', actor = ARGV[1],
  detail = {paused_ms = now - cjson.decode(before).at_ms}
}))
for _, id in ipairs(redis.call('SMEMBERS', 'cs:held')) do
  local due = redis.call('HGET', 'cs:request:' .. id, 'due:time')
  if due then redis.call('ZADD', 'cs:due:time', due, id) end
end
redis.call('DEL', 'cs:held')
return before
