-- The set of policies in force, and the entry in the stream that says what changed in it: both are
-- written, or neither. The same set once more, from another process or after a lost reply, is none.
local write = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local before = {}
local stored = redis.call('HGETALL', 'cs:policies')
for at = 1, #stored, 2 do before[stored[at]] = stored[at + 1] end

local different = false
local detail = {host = write.host}
local function note(kind, name, hash)
  different = true
  detail[kind] = detail[kind] or {}
  detail[kind][name] = hash
end

for name, hash in pairs(write.hashes) do
  if before[name] ~= hash then
    note(before[name] and 'changed' or 'added', name, hash)
    redis.call('HSET', 'cs:policies', name, hash)
  end
end
for name, hash in pairs(before) do
  if not write.hashes[name] then
    note('removed', name, hash)
    redis.call('HDEL', 'cs:policies', name)
  end
end

if different then
  local event = {
    type = 'policy.loaded', at_ms = now, actor_kind = 'system', actor = write.by, detail = detail
  }
  redis.call('XADD', 'cs:events', '*', 'event', cjson.encode(event))
end
return now
