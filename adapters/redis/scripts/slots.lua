-- Takes a slot under each of several limits, or none of them; holders that fell silent are forgotten.
-- KEYS  a sorted set a limit: holder -> ms at which it is forgotten; then, in the same order, one a limit: ticket of who waits -> ms it asked last
-- ARGV  1 holder  2 keep ms  3 ticket by which the holder is called when there is room, "" for none  4.. the most of each limit, in their order
-- gives 0 when taken, else the number of the first limit without room, for which the ticket waits now
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local limits = #KEYS / 2
for i = 1, limits do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now)
  if not redis.call('ZSCORE', KEYS[i], ARGV[1]) and redis.call('ZCARD', KEYS[i]) >= tonumber(ARGV[i + 3]) then
    if ARGV[3] ~= '' then
      redis.call('ZADD', KEYS[limits + i], now, ARGV[3])
      redis.call('PEXPIRE', KEYS[limits + i], ARGV[2])
    end
    return i
  end
end
for i = 1, limits do
  redis.call('ZADD', KEYS[i], now + tonumber(ARGV[2]), ARGV[1])
  redis.call('PEXPIRE', KEYS[i], ARGV[2])
  if ARGV[3] ~= '' then redis.call('ZREM', KEYS[limits + i], ARGV[3]) end
end
return 0
