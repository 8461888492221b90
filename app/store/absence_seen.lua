-- The open requests have been looked at for person ARGV[1], whose absence was ARGV[2] then ('' for
-- none). Unless that changed meanwhile, the next turn is at ARGV[3] (ms); with '' there is none,
-- and an absence that is over is forgotten. Their Home is due, and that of whoever stands in: both
-- say whether it has begun.
local person = ARGV[1]
if (redis.call('HGET', 'cs:absences', person) or '') ~= ARGV[2] then return 0 end
if ARGV[3] ~= '' then
  redis.call('HSET', 'cs:request:' .. person, 'due:people', ARGV[3])
  redis.call('HDEL', 'cs:request:' .. person, 'reached')
else
  redis.call('HDEL', 'cs:absences', person)
  redis.call('DEL', 'cs:request:' .. person)
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
draw_home(person, now)
draw_home_of_delegate(ARGV[2], now)
return 1
