-- End the pause, on the word of ARGV[1]: all that was put off for it is due as its state says, from
-- now on where that is past, since its place tells for how long nobody has come for it. So are the
-- callbacks that waited, the first ARGV[2] of them: this holds up everybody else meanwhile.
-- The admins hear ARGV[3], as one of at most ARGV[4] things they have not heard.
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
redis.call('RPUSH', 'cs:alarms', ARGV[3])
redis.call('LTRIM', 'cs:alarms', -ARGV[4], -1)
for _, id in ipairs(redis.call('SMEMBERS', 'cs:held')) do
  local due = redis.call('HGET', 'cs:request:' .. id, 'due:time')
  if due then
    redis.call('ZADD', 'cs:due:time', string.format('%.0f', math.max(tonumber(due), now)), id)
  end
end
redis.call('DEL', 'cs:held')
local waiting = redis.call(
  'ZRANGEBYSCORE', 'cs:due:callback', '-inf', '(' .. now, 'LIMIT', 0, ARGV[2])
for _, id in ipairs(waiting) do redis.call('ZADD', 'cs:due:callback', now, id) end
return before
