-- One call with the key of which ARGV[1] is the MAC: answers the record of its client, how many ms
-- to wait where the client has made as many calls as it may, and the clock (ms); nothing where it is
-- nobody's key.
-- Calls are a bucket that holds `count` and is full again after a window: KEYS hold the instant at
-- which it is full, so a call that is refused writes nothing.
local name = redis.call('HGET', 'cs:keys', ARGV[1])
local record = name and redis.call('HGET', 'cs:clients', name)
if not record then return {} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local calls = cjson.decode(record).calls
if type(calls) == 'table' then
  local key, window = 'cs:calls:' .. name, calls.window_s * 1000
  local full = math.max(now, tonumber(redis.call('GET', key) or 0)) + window / calls.count
  if full - now > window then return {record, math.ceil(full - now - window), now} end
  redis.call('SET', key, string.format('%.3f', full), 'PX', math.ceil(full - now))
end

-- To the minute, so that most calls write nothing. A server that takes no writes still answers.
local used = tonumber(redis.call('HGET', 'cs:keys:used', ARGV[1]) or 0)
if now - used >= 60000 then
  redis.pcall('HSET', 'cs:keys:used', ARGV[1], string.format('%.0f', now))
end
return {record, 0, now}
