-- Of each of the sets KEYS up to ARGV[1] members with their scores, in order of score and then of
-- id, or the other way round where ARGV[2] is 'newest': those after score ARGV[3] and id ARGV[4],
-- or the first ones where these are empty. Many may have the same score, so that within it the
-- place is looked for by halves.
local limit, newest, score, id = tonumber(ARGV[1]), ARGV[2] == 'newest', ARGV[3], ARGV[4]

-- How many members come before the place; with `past`, also the one that stands there.
local function before(key, past)
  local low = redis.call('ZCOUNT', key, '-inf', '(' .. score)
  local high = low + redis.call('ZCOUNT', key, score, score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local found = redis.call('ZRANGE', key, middle, middle)[1]
    if found < id or (past and found == id) then low = middle + 1 else high = middle end
  end
  return low
end

local answer = {}
for i, key in ipairs(KEYS) do
  if not newest then
    local from = score == '' and 0 or before(key, true)
    answer[i] = redis.call('ZRANGE', key, from, from + limit - 1, 'WITHSCORES')
  else
    local card = redis.call('ZCARD', key)
    local from = score == '' and 0 or card - before(key, false)
    answer[i] = redis.call('ZREVRANGE', key, from, from + limit - 1, 'WITHSCORES')
  end
end
return answer
