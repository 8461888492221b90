-- The open requests have been looked at so far (ARGV[3], '' for once more) for person ARGV[1], whose
-- absence was ARGV[2] then ('' for none). What changed meanwhile has all of them looked at again.
local person, reached = ARGV[1], ARGV[3]
local key = 'cs:request:' .. person
if (redis.call('HGET', 'cs:absences', person) or '') ~= ARGV[2] then return 0 end
if reached ~= '' then redis.call('HSET', key, 'reached', reached) else redis.call('HDEL', key, 'reached') end
return 1
