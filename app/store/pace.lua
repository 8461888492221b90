-- Take the place KEYS[1] for ARGV[1] ms, or say how long to wait: while it wants to be left alone
-- (KEYS[2]), or until so many gaps later as ARGV[2] says are taken by others. Without it those who
-- wait are told one gap more each, up to 30, so that about one of them comes back in each gap.
local gap, ahead = tonumber(ARGV[1]), tonumber(ARGV[2])
local held = redis.call('PTTL', KEYS[2])
if held > 0 then return held end
if redis.call('SET', KEYS[1], '0', 'NX', 'PX', gap) then return 0 end
local left = math.max(redis.call('PTTL', KEYS[1]), 1)
if ahead then return left + math.floor(ahead * gap) end
local waiting = redis.call('INCR', KEYS[1])
return left + (waiting - 1) % 30 * gap
