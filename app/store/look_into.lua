-- Requests, by their ids ARGV, as they are stored and as they are queued, all at one instant: the
-- clock, and for each its fields, its places among what is due, and those among all that wait.
-- Nothing of one in whose place something else lies, so that it keeps nobody from the others.
local LANES = {'time', 'slack', 'callback'}
local answer = {redis.call('TIME')}
for i, id in ipairs(ARGV) do
  local row = redis.pcall('HMGET', 'cs:request:' .. id, 'version', 'form', 'body', 'state',
    'packed_body', 'packed_state', 'due:time', 'due:slack', 'due:callback')
  if row.err then
    row = {}
  else
    for _, lane in ipairs(LANES) do row[#row + 1] = redis.call('ZSCORE', 'cs:due:' .. lane, id) end
    row[#row + 1] = redis.call('ZSCORE', 'cs:index:status:pending', id)
    row[#row + 1] = redis.call('ZSCORE', 'cs:seen:*', id)
  end
  answer[i + 1] = row
end
return answer
