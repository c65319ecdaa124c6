-- Takes a slot under each of several limits, or none of them; holders that fell silent are forgotten.
-- KEYS  a sorted set a limit: holder -> ms at which it is forgotten
-- ARGV  1 holder  2 keep ms  3.. the most of each key, in their order
-- gives 0 when taken, else the number of the first key without room
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  if not redis.call('ZSCORE', key, ARGV[1]) and redis.call('ZCARD', key) >= tonumber(ARGV[i + 2]) then return i end
end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + tonumber(ARGV[2]), ARGV[1])
  redis.call('PEXPIRE', key, ARGV[2])
end
return 0
