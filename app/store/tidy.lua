-- Look at the next ARGV[2] of those that are listed as waiting under policy ARGV[1], from where the
-- last look left off, and take out what waits no more: a version that knows no such list decided
-- it, or a hand in Redis did. Answers how many those were.
local index, cursor = 'cs:pending:' .. ARGV[1], 'tidy:' .. ARGV[1]
local from, most = tonumber(redis.call('HGET', 'cs:audit', cursor) or '0'), tonumber(ARGV[2])
local ids, out = redis.call('ZRANGE', index, from, from + most - 1), 0
for _, id in ipairs(ids) do
  if not redis.call('ZSCORE', 'cs:index:status:pending', id) then
    redis.call('ZREM', index, id)
    out = out + 1
  end
end
if #ids < most then
  redis.call('HDEL', 'cs:audit', cursor)
else
  redis.call('HSET', 'cs:audit', cursor, from + most - out)
end
return out
