-- Take the entries up to the one with the link ARGV[4] and the number ARGV[3] out of the record, if
-- it still begins at number ARGV[1] behind hash ARGV[2]: they lie in a file. The stream, the links
-- and the checkpoints are cut in one step, so that the record begins at the same place in all.
-- Answers 1 when it is done, by this call or by the same one before.
local first, before, last, link = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local id, hash = string.match(link, '^(%S+) (%x+)$')
local stored = redis.call('HMGET', 'cs:seal', 'first', 'before')
local begins, behind = stored[1] or '1', stored[2] or string.rep('0', 64)
local after = string.format('%.0f', last + 1)
if begins == after and behind == hash then return 1 end

local count = last - first + 1
if begins ~= first or behind ~= before then return 0 end
if redis.call('LINDEX', 'cs:seal:links', count - 1) ~= link then return 0 end
redis.call('LTRIM', 'cs:seal:links', count, -1)
redis.call('ZREMRANGEBYSCORE', 'cs:seal:checkpoints', '-inf', last)
redis.call('XTRIM', 'cs:events', 'MINID', id)
redis.call('XDEL', 'cs:events', id)
redis.call('HSET', 'cs:seal', 'first', after, 'before', hash)
return 1
