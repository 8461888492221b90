-- One change of one request: everything in `write`, ARGV[1], is written, or nothing is. Behind it
-- come so many events as it says, then the fields of the request and their values in turn.
-- A repeat with an operation that already went through answers as the first time.
local write = cjson.decode(ARGV[1])
local key = 'cs:request:' .. write.id
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local stored = redis.call('HMGET', key, 'version', 'operations', 'form')
local operations, form = stored[2] or '', stored[3]
if string.find(operations, write.operation, 1, true) then return {'done'} end
if write.not_after and now > write.not_after then return {'late'} end
if write.idempotency then
  local first = redis.call('GET', write.idempotency.key)
  if first then return {'taken', first} end
end
if (stored[1] or '0') ~= write.expected then
  if write.erase and not stored[1] then return {'done'} end
  return {'conflict'}
end
for _, capped in ipairs(write.capped or {}) do
  if redis.call('ZCARD', capped[1]) >= capped[2] then return {'full'} end
end
if write.starts and redis.call('EXISTS', 'cs:paused') == 1 then return {'paused'} end
if write.allowance then
  local room, gone = has_room(write.allowance, now)
  if not room then return {'spent', write.allowance.rule} end
  use_up(write.allowance, now, gone)
end

local last_event = 1 + write.events
for i = 2, last_event do
  local entry = redis.call('XADD', 'cs:events', '*', 'event', ARGV[i])
  if not write.erase then redis.call('RPUSH', 'cs:trail:' .. write.id, entry) end
end
for _, index in ipairs(write.leave) do redis.call('ZREM', index, write.id) end
if form == '1' then
  for _, index in ipairs(write.before) do redis.call('ZREM', index, write.id) end
end
for i = 1, #write.join, 2 do redis.call('ZADD', write.join[i], write.join[i + 1], write.id) end
for counter, by in pairs(write.counts) do redis.call('HINCRBY', 'cs:counters', counter, by) end

if write.erase then
  for _, lane in ipairs({'time', 'slack', 'callback'}) do
    redis.call('ZREM', 'cs:due:' .. lane, write.id)
    redis.call('HDEL', 'cs:claims:' .. lane, write.id)
    redis.call('HDEL', 'cs:aside:' .. lane, write.id)
  end
  redis.call('DEL', key, 'cs:trail:' .. write.id, 'cs:shown:' .. write.id)
  if write.forget then redis.call('DEL', write.forget) end
  return {'done'}
end

redis.call('HSET', key, 'version', write.version,
  'operations', string.sub(write.operation .. ' ' .. operations, 1, 136),
  unpack(ARGV, last_event + 1))
if write.idempotency then
  redis.call('SET', write.idempotency.key, write.idempotency.value)
end

-- What holds it in a lane, if anything does, unless that is let go of with this change.
local function held_by(lane)
  local held = form and redis.call('HGET', 'cs:claims:' .. lane, write.id)
  local claim = write.claim
  if not held or not claim or claim[1] ~= lane then return held end
  if string.find(held, claim[2], 1, true) ~= 1 then return held end
  redis.call('HDEL', 'cs:claims:' .. lane, write.id)
  redis.call('HDEL', 'cs:aside:' .. lane, write.id)
end

local answer, gone = {'done'}, {}
for lane, due in pairs(write.due) do
  local held = held_by(lane)
  local ends = held and tonumber(string.match(held, ' (%d+)$'))
  if due == '' then
    gone[#gone + 1] = 'due:' .. lane
    redis.call('ZREM', 'cs:due:' .. lane, write.id)
  elseif ends and ends > now then
    -- Somebody is at it, and will find this when letting go; should they die, their lease ends.
    local token = string.match(held, '^%S+')
    redis.call('HSET', 'cs:claims:' .. lane, write.id, string.format('%s anew %.0f', token, ends))
    redis.call('ZADD', 'cs:due:' .. lane, ends, write.id)
  else
    -- Never earlier than now, so that its place tells for how long nobody has come for it.
    local from = string.format('%.0f', math.max(tonumber(due), now))
    redis.call('ZADD', 'cs:due:' .. lane, from, write.id)
    if tonumber(due) <= now and ring(lane, now) then answer[#answer + 1] = lane end
  end
end
if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end
if write.seen and draw_homes_of(write.id, now) and ring('home', now) then
  answer[#answer + 1] = 'home'
end
if write.lost then
  redis.call('HSET', 'cs:lost', write.lost[1], string.format('%.0f ', now) .. write.lost[2])
end
if write.alarm then
  redis.call('HINCRBY', 'cs:counters', write.alarm.kind, 1)
  redis.call('RPUSH', 'cs:alarms', write.alarm.text)
  redis.call('LTRIM', 'cs:alarms', -write.alarm.most, -1)
end
if write.news then redis.call('PUBLISH', 'cs:decided', write.id) end
return answer
