-- One more request of a client whose last ARGV[1] slots are in KEYS[1], newest first: no window of
-- ARGV[2] ms has more of them. Answers 0 when it is within the limit, else the instant of its slot.
-- Those that wait have their slots apart, so that they come evenly and not as another crowd.
local count, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local oldest = tonumber(redis.call('LINDEX', KEYS[1], count - 1) or 0)
local slot = now
if oldest + window > now then
  local newest = tonumber(redis.call('LINDEX', KEYS[1], 0))
  slot = math.max(oldest + window, newest + math.ceil(window / count))
end
redis.call('LPUSH', KEYS[1], string.format('%.0f', slot))
redis.call('LTRIM', KEYS[1], 0, count - 1)
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', slot - now + window))
return slot > now and string.format('%.0f', slot) or '0'
