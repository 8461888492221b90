-- Ask somebody to look at a lane; put before the scripts that make something due. What rings is a
-- list with at most one entry, which the workers that are near wait for. Answers whether none seems
-- to be near, so that one has to be called by a job of RQ: said again a second later, unless one came.
local function ring(lane, now)
  local bell = 'cs:bell:' .. lane
  if redis.call('LLEN', bell .. ':rung') == 0 then redis.call('RPUSH', bell .. ':rung', '1') end
  if redis.call('ZCOUNT', bell .. ':near', now, '+inf') > 0 then return false end
  return redis.call('SET', bell .. ':called', '1', 'NX', 'PX', 1000) and true or false
end
