-- Write down ARGV[4] as field ARGV[3] of person ARGV[1] ('' for nothing), whose absence was ARGV[2]
-- then ('' for none). What was found while it was another one is not written.
local person, field, value = ARGV[1], ARGV[3], ARGV[4]
local key = 'cs:request:' .. person
if (redis.call('HGET', 'cs:absences', person) or '') ~= ARGV[2] then return 0 end
if value ~= '' then redis.call('HSET', key, field, value) else redis.call('HDEL', key, field) end
return 1
