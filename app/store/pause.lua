-- Pause everything, unless it is paused already; answers the pause that there is.
local write = cjson.decode(ARGV[1])
local before = redis.call('GET', 'cs:paused')
if before then return before end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local pause = cjson.encode({by = write.by, at_ms = now, reason = write.reason})
redis.call('SET', 'cs:paused', pause)
redis.call('XADD', 'cs:events', '*', 'event', cjson.encode({
  type = 'gate.paused', at_ms = now, actor_kind = 'system', actor = write.actor,
  detail = {reason_sha256 = write.reason_sha256}
}))
redis.call('RPUSH', 'cs:alarms', write.alarm)
redis.call('LTRIM', 'cs:alarms', -write.most, -1)
return pause
