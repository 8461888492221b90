-- Up to ARGV[2] entries of the record from number ARGV[1] on, or from the first that is here:
-- the number of the first, and for each its link and what the stream holds at its id, or nothing.
local first = tonumber(redis.call('HGET', 'cs:seal', 'first') or 1)
local from = math.max(tonumber(ARGV[1]), first)
local links = redis.call('LRANGE', 'cs:seal:links', from - first, from - first + ARGV[2] - 1)
local answer = {from}
for _, link in ipairs(links) do
  local id = string.match(link, '^%S+')
  answer[#answer + 1] = link
  answer[#answer + 1] = redis.call('XRANGE', 'cs:events', id, id)
end
return answer
