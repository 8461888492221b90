-- Let go of request ARGV[2] in lane ARGV[1], held as ARGV[3]. Due again as its state says, or after
-- ARGV[4] ms unless a commit has made it due anew meanwhile, of which its holder may not know; with
-- ARGV[5], a problem, it is set aside for a time that doubles up to an hour.
-- What is put off undone, and was found unfinished (ARGV[6]) or broke off, is unfinished next time.
-- With ARGV[7] it is put off for the pause, whose end makes it due: at once if that has come.
local lane, id, token, wait, problem = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local claims, aside, due = 'cs:claims:' .. lane, 'cs:aside:' .. lane, 'cs:due:' .. lane
local held = redis.call('HGET', claims, id)
if not held or string.find(held, token, 1, true) ~= 1 then return 0 end
if ARGV[7] == '1' then
  if redis.call('EXISTS', 'cs:paused') == 1 then redis.call('SADD', 'cs:held', id) else wait = '' end
end
local undone = problem ~= '' or (wait ~= '' and ARGV[6] == '1')
if string.find(held, ' anew ', 1, true) then wait = '' end
-- The mark it leaves is nobody's, so that letting go once more does nothing.
if undone then redis.call('HSET', claims, id, 'undone 0') else redis.call('HDEL', claims, id) end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if problem ~= '' then
  local before = redis.call('HGET', aside, id)
  local times = before and tonumber(string.match(before, '^(%d+) ')) or 0
  redis.call('HSET', aside, id, string.format('%d %.0f %s', times + 1, now, problem))
  redis.call('ZADD', due, string.format('%.0f', now + 1000 * math.min(2 ^ times, 3600)), id)
elseif wait ~= '' then
  redis.call('ZADD', due, string.format('%.0f', now + tonumber(wait)), id)
else
  redis.call('HDEL', aside, id)
  local at = redis.call('HGET', 'cs:request:' .. id, 'due:' .. lane)
  -- A Home has no due time on record: it was due anew at once, or is not any more.
  if lane == 'home' then at = string.find(held, ' anew ', 1, true) and now end
  if at then
    redis.call('ZADD', due, string.format('%.0f', math.max(tonumber(at), now)), id)
  else
    redis.call('ZREM', due, id)
  end
end
return 1
