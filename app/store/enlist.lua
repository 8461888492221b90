-- Have request ARGV[1] stand in the lists KEYS of people, if it is still of version ARGV[2]; the
-- scores follow, then what was wrong.
local id, version, kind = ARGV[1], ARGV[2], ARGV[#KEYS + 3]
if redis.call('HGET', 'cs:request:' .. id, 'version') ~= version then return 0 end
for i, key in ipairs(KEYS) do redis.call('ZADD', key, ARGV[i + 2], id) end
redis.call('HINCRBY', 'cs:counters', 'found:' .. kind, 1)
redis.call('HINCRBY', 'cs:counters', 'repaired:' .. kind, 1)
return 1
