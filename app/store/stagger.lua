-- Those who are due now in lane ARGV[1], stand in the line KEYS[1] and wait for nothing else
-- (KEYS[2]) come one after the other: whoever stands first in ARGV[2] ms, each other ARGV[3] ms
-- after the one before. Who is held, was left half done or is set aside stays as it is. So one look
-- at a channel that is busy spares all others theirs.
local lane, first, step = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local due, claims, aside = 'cs:due:' .. lane, 'cs:claims:' .. lane, 'cs:aside:' .. lane
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

for _, id in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, 1000)) do
  local place = redis.call('ZSCORE', KEYS[2], id) and redis.call('ZRANK', KEYS[1], id)
  if place and redis.call('HEXISTS', claims, id) + redis.call('HEXISTS', aside, id) == 0 then
    redis.call('ZADD', due, string.format('%.0f', now + first + place * step), id)
  end
end
return 1
