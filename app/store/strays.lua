-- What the stream holds among up to ARGV[2] entries of the record from number ARGV[1] on, and in no
-- link: at most ARGV[2] of it. Redis gives each new entry the highest id, so that none gets in
-- there but by somebody's hand.
local first, limit = tonumber(redis.call('HGET', 'cs:seal', 'first') or 1), tonumber(ARGV[2])
local from = math.max(tonumber(ARGV[1]), first)
local links = redis.call('LRANGE', 'cs:seal:links', from - first, from - first + limit - 1)
if #links == 0 then return {} end

local sealed, low, high = {}, '-', nil
if from > first then
  low = string.match(redis.call('LINDEX', 'cs:seal:links', from - first - 1), '^%S+')
  sealed[low] = true
end
for _, link in ipairs(links) do
  high = string.match(link, '^%S+')
  sealed[high] = true
end

local strays = {}
for _, entry in ipairs(redis.call('XRANGE', 'cs:events', low, high, 'COUNT', 2 * limit + 1)) do
  if not sealed[entry[1]] and #strays < limit then strays[#strays + 1] = entry end
end
return strays
