-- The Home of person ARGV[1] shows these requests from now on, and no others: ids and versions in
-- turn from ARGV[4] on. Whatever changes of them has it drawn anew, for ARGV[2] ms. Of a request
-- at most ARGV[3] Homes are known: those drawn last.
-- Answers whether each request still is of the version that was read.
local person, kept, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
local key = 'cs:home:' .. person
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local gone, shows, current = {}, {}, 1
for id in string.gmatch(redis.call('HGET', key, 'shows') or '', '%S+') do gone[id] = true end
for i = 4, #ARGV, 2 do
  local id, shown = ARGV[i], 'cs:shown:' .. ARGV[i]
  gone[id] = nil
  shows[#shows + 1] = id
  if redis.call('HGET', 'cs:request:' .. id, 'version') ~= ARGV[i + 1] then current = 0 end
  redis.call('ZADD', shown, now, person)
  redis.call('ZREMRANGEBYRANK', shown, 0, -most - 1)
  redis.call('PEXPIRE', shown, kept)
end
for id in pairs(gone) do redis.call('ZREM', 'cs:shown:' .. id, person) end
if redis.call('EXISTS', key) == 1 then redis.call('HSET', key, 'shows', table.concat(shows, ' ')) end
return current
