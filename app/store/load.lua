-- Requests as they are stored: TIME, and whether there are a pause and absences; then for each of
-- their keys, KEYS, the fields of its hash that are named in ARGV.
local time = redis.call('TIME')
local paused, absences = redis.call('EXISTS', 'cs:paused'), redis.call('EXISTS', 'cs:absences')
local answer = {{time[1], time[2], paused, absences}}
for i, key in ipairs(KEYS) do answer[i + 1] = redis.call('HMGET', key, unpack(ARGV)) end
return answer
