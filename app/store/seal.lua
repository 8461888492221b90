-- Move the head of the record on, if it still stands where the sealer saw it: the links of the new
-- entries, the head, and the checkpoint where there is one, are written together. So that of two
-- sealers only one gets through, whatever each of them read, and the chain never forks.
-- Answers 1 when it is done, by this call or by the same one before.
local write = cjson.decode(ARGV[1])
local stored = redis.call('HMGET', 'cs:seal', 'seq', 'hash', 'checkpoint')

local function stands(head)
  return (stored[1] or '0') == head.seq and (stored[2] or write.nothing) == head.hash
    and (stored[3] or write.nothing) == head.checkpoint
end

if stands(write.after) then return 1 end
if not stands(write.before) then return 0 end
if #write.links > 0 then redis.call('RPUSH', 'cs:seal:links', unpack(write.links)) end
local head = {}
for field, value in pairs(write.after) do
  head[#head + 1] = field
  head[#head + 1] = value
end
redis.call('HSET', 'cs:seal', unpack(head))
if write.line then
  redis.call('ZADD', 'cs:seal:checkpoints', write.after.checkpoint_seq, write.line)
  redis.call('SADD', 'cs:seal:keys', write.key)
end
return 1
