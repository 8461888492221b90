-- Look at up to ARGV[2] requests of status ARGV[1], from where the last look left off, and put back
-- what has lost its place among what is due: it has none, or one that is later by ARGV[3] ms than
-- any back-off makes it. The due time on record stands in the request's own hash.
-- Answers whether the round is at its end, the ids put back in each lane, and those to look into:
-- nothing to read there, or no due time on record where there should be one.
local LANES = {'time', 'slack', 'callback'}
local status, limit, latest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local index, cursor = 'cs:index:status:' .. status, 'sweep:' .. status
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function put_back(lane, id, at)
  local due = math.max(tonumber(at), now)
  local held = redis.call('HGET', 'cs:claims:' .. lane, id)
  local ends = held and tonumber(string.match(held, ' (%d+)$'))
  -- Whoever is at it puts it back when letting go; should they die, their lease ends.
  if ends and ends > now then due = ends end
  redis.call('ZADD', 'cs:due:' .. lane, string.format('%.0f', due), id)
end

local after = redis.call('HGET', 'cs:audit', cursor)
local from = after and '(' .. after or '-'
local ids = redis.call('ZRANGEBYLEX', index, from, '+', 'LIMIT', 0, limit)
local put, doubtful, count = {{}, {}, {}}, {}, 0
for _, id in ipairs(ids) do
  local due = redis.pcall('HMGET', 'cs:request:' .. id, 'due:time', 'due:slack', 'due:callback')
  local times = {}
  for i, lane in ipairs(LANES) do
    local at = due[i] and string.match(due[i], '^%d+$')
    if at then
      times[#times + 1] = lane
      local queued = redis.call('ZSCORE', 'cs:due:' .. lane, id)
      if not queued or tonumber(queued) > math.max(tonumber(at), now) + latest then
        put_back(lane, id, at)
        table.insert(put[i], id)
        count = count + 1
      end
    end
  end
  if #times == 0 or (status == 'pending' and times[1] ~= 'time') then
    table.insert(doubtful, id)
  end
end

if #ids < limit then
  redis.call('HDEL', 'cs:audit', cursor)
else
  redis.call('HSET', 'cs:audit', cursor, ids[#ids])
end
if count > 0 then
  redis.call('HINCRBY', 'cs:counters', 'found:lost_due', count)
  redis.call('HINCRBY', 'cs:counters', 'repaired:lost_due', count)
end
return {#ids < limit and 1 or 0, put[1], put[2], put[3], doubtful}
