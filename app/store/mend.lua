-- Write down when request ARGV[1] is due in lane ARGV[3], if it is still of version ARGV[2]:
-- ARGV[4] on record, ARGV[5] in the due set, each empty for nothing. ARGV[6] is what was wrong.
local id, version, lane, recorded, queued, kind = unpack(ARGV)
local key, due = 'cs:request:' .. id, 'cs:due:' .. lane
if redis.call('HGET', key, 'version') ~= version then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if recorded == '' then
  redis.call('HDEL', key, 'due:' .. lane)
else
  redis.call('HSET', key, 'due:' .. lane, recorded)
end
local held = redis.call('HGET', 'cs:claims:' .. lane, id)
local ends = held and tonumber(string.match(held, ' (%d+)$'))
if queued == '' then
  redis.call('ZREM', due, id)
elseif ends and ends > now then
  -- Somebody is at it, and puts it where the record says when letting go.
  redis.call('ZADD', due, string.format('%.0f', ends), id)
else
  redis.call('ZADD', due, string.format('%.0f', math.max(tonumber(queued), now)), id)
end
redis.call('HINCRBY', 'cs:counters', 'found:' .. kind, 1)
redis.call('HINCRBY', 'cs:counters', 'repaired:' .. kind, 1)
return 1
