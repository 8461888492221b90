-- Take up to ARGV[2] due requests of lane ARGV[1] under a lease of ARGV[4] ms, named ARGV[3].
-- Whoever ARGV[5] is has its bell rung for others where more is due, and where nothing is they are
-- near that bell for ARGV[6] ms.
-- With a line, KEYS[1], they are the first of those who stand in it and have work in the lane,
-- whenever that is due; who is set aside is left alone.
-- A claim that is found past its lease was never finished: its work may be half done.
-- Answers '1' when a worker has to be called; TIME, and whether there are a pause and absences; then
-- for each its id, '1' when it was found unfinished, and the fields of its hash that are named from
-- ARGV[7] on. No callback is handed out during a pause.
local lane, limit, token, lease = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local due, claims, aside = 'cs:due:' .. lane, 'cs:claims:' .. lane, 'cs:aside:' .. lane
local near, who, near_ms = 'cs:bell:' .. lane .. ':near', ARGV[5], tonumber(ARGV[6])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function stay_near()
  redis.call('ZREMRANGEBYSCORE', near, '-inf', now)
  redis.call('ZADD', near, string.format('%.0f', now + near_ms), who)
end

if near_ms > 0 then redis.call('ZREM', near, who) end
if lane == 'callback' and redis.call('EXISTS', 'cs:paused') == 1 then
  if near_ms > 0 then stay_near() end
  return {'0'}
end

-- When the lease of whoever holds a request ends, nil when nobody does; and what a claim left.
local function holder(id)
  local held = redis.call('HGET', claims, id)
  local ends = held and tonumber(string.match(held, ' (%d+)$'))
  return ends and ends > now and ends or nil, held
end

-- What lies there instead of a request is nothing here: whoever loads it finds out.
local function document(id)
  local found = ARGV[7] and redis.pcall('HMGET', 'cs:request:' .. id, unpack(ARGV, 7)) or {}
  return found.err and {} or found
end

local taken, count = {}, 0
local function take(id, held)
  local until_ms = string.format('%.0f', now + lease)
  redis.call('HSET', claims, id, token .. ' ' .. until_ms)
  redis.call('ZADD', due, until_ms, id)
  taken[#taken + 1] = id
  taken[#taken + 1] = held and '1' or '0'
  taken[#taken + 1] = document(id)
  count = count + 1
end

local function answer(call)
  local paused, absences = redis.call('EXISTS', 'cs:paused'), redis.call('EXISTS', 'cs:absences')
  return {call, {time[1], time[2], paused, absences}, unpack(taken)}
end

if KEYS[1] then
  for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, 999)) do
    local ends, held = holder(id)
    local work = redis.call('ZSCORE', due, id) and redis.call('HEXISTS', aside, id) == 0
    if work and not ends then take(id, held) end
    if count == limit then break end
  end
  return answer('0')
end

-- Those that somebody holds are passed over, and moved to the end of their lease: a few rounds do.
for _ = 1, 8 do
  local wanted = limit - count
  local ids = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, wanted)
  for _, id in ipairs(ids) do
    local ends, held = holder(id)
    if ends then redis.call('ZADD', due, ends, id) else take(id, held) end
  end
  if #ids < wanted or count == limit then break end
end
if count == 0 then
  if near_ms > 0 then stay_near() end
  return {'0'}
end
local more = count == limit and #redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, 1) > 0
return answer(more and ring(lane, now) and '1' or '0')
