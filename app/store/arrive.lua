-- What goes by the name KEYS[1] came. ARGV[1] is a word of this call alone, left there by the first
-- for ARGV[2] seconds. Answers the clock (ms), and the word that stands there now: a first call that
-- is repeated since its reply was lost finds its own.
local time = redis.call('TIME')
redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2])
return {time[1] * 1000 + math.floor(time[2] / 1000), redis.call('GET', KEYS[1])}
