-- Tell the admins, once for each mark ARGV[1], with the alarm ARGV[2]; ARGV[3] alarms wait at most.
if redis.call('SADD', 'cs:seal:broken', ARGV[1]) == 0 then return 0 end
redis.call('HINCRBY', 'cs:counters', 'record_broken', 1)
redis.call('RPUSH', 'cs:alarms', ARGV[2])
redis.call('LTRIM', 'cs:alarms', -ARGV[3], -1)
return 1
