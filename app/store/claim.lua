-- Take up to ARGV[2] due requests of lane ARGV[1] under a lease of ARGV[4] ms, named ARGV[3].
-- A claim that is found past its lease was never finished: its work may be half done.
-- Answers '1' when more is due, then each id with '1' when it was found unfinished. No callback is
-- handed out during a pause.
local lane, limit, token, lease = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local due, claims = 'cs:due:' .. lane, 'cs:claims:' .. lane
if lane == 'callback' and redis.call('EXISTS', 'cs:paused') == 1 then return {'0'} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local taken, count = {}, 0
-- Those that somebody holds are passed over, and moved to the end of their lease, so a few rounds do.
for _ = 1, 8 do
  local wanted = limit - count
  local ids = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, wanted)
  for _, id in ipairs(ids) do
    local held = redis.call('HGET', claims, id)
    local ends = held and tonumber(string.match(held, ' (%d+)$'))
    if ends and ends > now then
      redis.call('ZADD', due, ends, id)
    else
      local until_ms = string.format('%.0f', now + lease)
      redis.call('HSET', claims, id, token .. ' ' .. until_ms)
      redis.call('ZADD', due, until_ms, id)
      taken[#taken + 1] = id
      taken[#taken + 1] = held and '1' or '0'
      count = count + 1
    end
  end
  if #ids < wanted or count == limit then break end
end
local more = #redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, 1)
return {tostring(more), unpack(taken)}
