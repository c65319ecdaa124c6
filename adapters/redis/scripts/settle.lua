-- Writes the state if it is newer, then takes what came in; with nothing there, lets the lease go.
-- KEYS  1 mail  2 lease  3 hot
-- ARGV  1 token  2 lease ms  3 keep ms  4 most entries  5 "write", "drop" or "none"  6 seq  7 state JSON
-- Gives false when the lease is another's, else { entry, entry, ... }
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return false end
if ARGV[5] ~= 'none' then
  local stored = tonumber(redis.call('HGET', KEYS[3], 'seq') or '-1')
  local seq = tonumber(ARGV[6])
  if ARGV[5] == 'drop' then
    if stored <= seq then redis.call('DEL', KEYS[3]) end
  elseif stored < seq then
    redis.call('HSET', KEYS[3], 'seq', ARGV[6], 'json', ARGV[7])
    redis.call('PEXPIRE', KEYS[3], ARGV[3])
  end
end
local most = tonumber(ARGV[4])
local entries = redis.call('LRANGE', KEYS[1], 0, most - 1)
if #entries == 0 then
  redis.call('DEL', KEYS[2])
  redis.call('HDEL', KEYS[3], 'held')
  return entries
end
redis.call('LTRIM', KEYS[1], #entries, -1)
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return entries
