-- The head of the record (nothing where none is sealed), the clock, and what the stream holds from
-- the entry on that was sealed last: that one, if it is still there, and ARGV[1] behind it.
local head = redis.call('HGETALL', 'cs:seal')
local from = redis.call('HGET', 'cs:seal', 'id') or '-'
local found = redis.call('XRANGE', 'cs:events', from, '+', 'COUNT', tonumber(ARGV[1]) + 1)
return {head, redis.call('TIME'), found}
