-- One more key for the client ARGV[1], by its MAC ARGV[2], unless ARGV[3] of its keys live already.
-- ARGV[4] is the entry for the trail.
-- Answers 1 once it is there, which a repeat after a lost reply finds it to be.
local live = 0
local keys = redis.call('HGETALL', 'cs:keys')
for at = 1, #keys, 2 do
  if keys[at] == ARGV[2] then return 1 end
  if keys[at + 1] == ARGV[1] then live = live + 1 end
end
if live >= tonumber(ARGV[3]) then return 0 end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', 'cs:keys', ARGV[2], ARGV[1])
redis.call('HSET', 'cs:keys:made', ARGV[2], string.format('%.0f', now))
redis.call('XADD', 'cs:events', '*', 'event', ARGV[4])
return 1
