-- Pushes entries; when nobody drains the run, takes the lease and hands everything over. Whoever drains it is told.
-- KEYS  1 mail  2 lease  3 hot
-- ARGV  1 token  2 lease ms  3 keep ms  4 most entries to hand over  5 how channels of holders begin  6 run id  7.. entries (JSON)
-- Gives false while another token holds the lease, else { state JSON or "", "1" when the last holder did not let go or "", entry, ... }
for i = 7, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
if #ARGV > 6 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
local holder = redis.call('GET', KEYS[2])
-- The same token again: the connection broke after the first call and the client sent it twice.
if holder and holder ~= ARGV[1] then
  local worker = string.match(holder, '^(.+):')
  if worker and redis.call('EXISTS', KEYS[1]) == 1 then
    redis.call('PUBLISH', ARGV[5] .. worker, cjson.encode({ ARGV[6] }))
  end
  return false
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
local most = tonumber(ARGV[4])
local entries = redis.call('LRANGE', KEYS[1], 0, most - 1)
if #entries > 0 then redis.call('LTRIM', KEYS[1], #entries, -1) end
local hot = redis.call('HMGET', KEYS[3], 'json', 'held')
redis.call('HSET', KEYS[3], 'held', ARGV[1])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
table.insert(entries, 1, hot[2] and hot[2] ~= ARGV[1] and '1' or '')
table.insert(entries, 1, hot[1] or '')
return entries
