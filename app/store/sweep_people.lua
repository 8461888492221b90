-- Put back whoever is or will be away (an absence on record) and has lost their place among what is
-- due in the people lane, or stands there later by ARGV[1] ms than any back-off makes it.
-- Answers who was put back. As many people as there are absences are looked at.
local latest = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local put = {}
for _, person in ipairs(redis.call('HKEYS', 'cs:absences')) do
  -- Without a turn on record they are looked at now, which is never wrong.
  local at = redis.call('HGET', 'cs:request:' .. person, 'due:people')
  local due = math.max(tonumber(at and string.match(at, '^%d+$') or now), now)
  local queued = redis.call('ZSCORE', 'cs:due:people', person)
  if not queued or tonumber(queued) > due + latest then
    local held = redis.call('HGET', 'cs:claims:people', person)
    local ends = held and tonumber(string.match(held, ' (%d+)$'))
    -- Whoever is at it puts it back when letting go; should they die, their lease ends.
    if ends and ends > now then due = ends end
    redis.call('ZADD', 'cs:due:people', string.format('%.0f', due), person)
    put[#put + 1] = person
  end
end
if #put > 0 then
  redis.call('HINCRBY', 'cs:counters', 'found:lost_due', #put)
  redis.call('HINCRBY', 'cs:counters', 'repaired:lost_due', #put)
end
return put
