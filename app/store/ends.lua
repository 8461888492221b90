-- The ids of the oldest entry of the stream, and of the oldest that nobody sealed yet; empty where
-- there is none. Ids alone: what somebody wrote into an entry is of no concern here.
local head = redis.call('HGET', 'cs:seal', 'id') or '-'
local ends = {'', ''}
for _, entry in ipairs(redis.call('XRANGE', 'cs:events', '-', '+', 'COUNT', 1)) do
  ends[1] = entry[1]
end
for _, entry in ipairs(redis.call('XRANGE', 'cs:events', head, '+', 'COUNT', 2)) do
  if entry[1] ~= head and ends[2] == '' then ends[2] = entry[1] end
end
return ends
