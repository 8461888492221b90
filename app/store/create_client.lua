-- A new client of the name ARGV[1], with its record ARGV[2] and the entry ARGV[3] for the trail.
-- Answers 0 where there is one already.
if redis.call('HSETNX', 'cs:clients', ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('XADD', 'cs:events', '*', 'event', ARGV[3])
return 1
