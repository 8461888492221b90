-- Whether a limit has room for one more, right now; counts nothing.
local time = redis.call('TIME')
local room = has_room(cjson.decode(ARGV[1]), time[1] * 1000 + math.floor(time[2] / 1000))
return room and 1 or 0
