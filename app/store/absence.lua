-- Somebody is away (ARGV[2] is the absence as JSON) or back (ARGV[2] is ''): the record, the people
-- lane's turn at ARGV[3] (ms) and the event ARGV[4] are written together; their Home is due, and
-- that of whoever stands in, or did before. Answers with the absence that stood there before; where there is none
-- to end, nothing is written.
-- The turn stands where that of a request would, so that letting go of a claim finds it there.
local person, absence = ARGV[1], ARGV[2]
local before = redis.call('HGET', 'cs:absences', person)
if absence ~= '' then
  redis.call('HSET', 'cs:absences', person, absence)
elseif before then
  redis.call('HDEL', 'cs:absences', person)
else
  return false
end
redis.call('HSET', 'cs:request:' .. person, 'due:people', ARGV[3])
redis.call('HDEL', 'cs:request:' .. person, 'reached', 'told')
redis.call('ZADD', 'cs:due:people', ARGV[3], person)
redis.call('XADD', 'cs:events', '*', 'event', ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
draw_home(person, now)
draw_home_of_delegate(absence, now)
draw_home_of_delegate(before, now)
return before
