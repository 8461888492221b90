-- Have the Home tab of a person drawn anew, unless they have not looked at it for long. Put before
-- the scripts that change what a Home shows. Answers whether it is due now.
local function draw_home(person, now)
  if redis.call('EXISTS', 'cs:home:' .. person) == 0 then return false end
  local held = redis.call('HGET', 'cs:claims:home', person)
  local ends = held and tonumber(string.match(held, ' (%d+)$'))
  if ends and ends > now then
    -- Somebody is drawing it, and finds this when letting go; should they die, their lease ends.
    local token = string.match(held, '^%S+')
    redis.call('HSET', 'cs:claims:home', person, string.format('%s anew %.0f', token, ends))
    return false
  end
  local queued = redis.call('ZSCORE', 'cs:due:home', person)
  if not queued or tonumber(queued) > now then redis.call('ZADD', 'cs:due:home', now, person) end
  return true
end

-- The same for everybody whose Home shows a request.
local function draw_homes_of(request_id, now)
  local due = false
  for _, person in ipairs(redis.call('ZRANGE', 'cs:shown:' .. request_id, 0, -1)) do
    due = draw_home(person, now) or due
  end
  return due
end

-- The same for whoever stands in by an absence, as JSON; one that a newer version wrote may be of
-- another form.
local function draw_home_of_delegate(absence, now)
  local read, one = pcall(cjson.decode, absence)
  if read and type(one) == 'table' and one.delegate then draw_home(one.delegate, now) end
end
