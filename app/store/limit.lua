-- How much of a limit is used up within its window. Put before the scripts that ask or count.
-- A limit is a hash of slices of its window: `<end>:n` approvals and `<end>:s` in sum until the
-- instant `end` (ms). A slice counts until the whole of it has left the window, so that no window,
-- wherever it begins, lets more pass than the limit; what is let go late is let go at most one slice
-- late. Instants mean the same whatever the window is, so that an edit of it loses no count.
local SLICES = 60

local function limit_key(limit) return 'cs:limit:' .. limit.key end

local function slice_ms(limit) return limit.window_s * 1000 / SLICES end

local function has_room(limit, now)
  local begin = now - limit.window_s * 1000
  local used = redis.call('HGETALL', limit_key(limit))
  local count, sum, gone = 0, 0, {}
  for i = 1, #used, 2 do
    local slice_end, what = string.match(used[i], '^(%d+):(%a)$')
    if tonumber(slice_end) <= begin then
      gone[#gone + 1] = used[i]
    elseif what == 'n' then
      count = count + tonumber(used[i + 1])
    else
      sum = sum + tonumber(used[i + 1])
    end
  end
  local room = (not limit.count or count < limit.count)
    and (not limit.most or sum + limit.cost <= limit.most)
  return room, gone
end

local function use_up(limit, now, gone)
  local key = limit_key(limit)
  local number = math.floor(now / slice_ms(limit)) + 1
  local slice = string.format('%.0f', math.ceil(number * slice_ms(limit)))
  if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end
  redis.call('HINCRBY', key, slice .. ':n', 1)
  redis.call('HINCRBY', key, slice .. ':s', string.format('%.0f', limit.cost))
  redis.call('PEXPIRE', key, math.ceil(limit.window_s * 1000 + slice_ms(limit)))
end
