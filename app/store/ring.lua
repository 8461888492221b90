-- Ring the bell of lane ARGV[1]. Answers whether a worker has to be called.
local time = redis.call('TIME')
return ring(ARGV[1], time[1] * 1000 + math.floor(time[2] / 1000)) and 1 or 0
