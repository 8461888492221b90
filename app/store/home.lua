-- Somebody looks at their Home tab (ARGV[2] is 'opened'), chose what to see there, or is to be told
-- something there: field ARGV[2] of person ARGV[1] becomes ARGV[3], and the Home is drawn anew.
-- That is remembered for ARGV[4] ms from then on; what was chosen is forgotten with the next visit.
-- Who does not look at it is told nothing there. Answers whether a bell has to be rung.
local person, field, value, kept = unpack(ARGV)
local key = 'cs:home:' .. person
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if field == 'opened' then
  redis.call('HDEL', key, 'waiting', 'asked', 'decided')
  value = string.format('%.0f', now)
elseif redis.call('EXISTS', key) == 0 then
  return 0
elseif field == 'note' then
  value = string.format('%.0f %s', now, value)
end
redis.call('HSET', key, field, value)
redis.call('PEXPIRE', key, kept)
return draw_home(person, now) and 1 or 0
