-- Gives slots back, and calls those who wait for them.
-- KEYS  as for slots.lua
-- ARGV  1 holder  2 ms after which somebody who has not asked again waits no longer
-- gives the tickets of who is next: at most one a limit
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local limits = #KEYS / 2
local called = {}
for i = 1, limits do
  if redis.call('ZREM', KEYS[i], ARGV[1]) == 1 then
    redis.call('ZREMRANGEBYSCORE', KEYS[limits + i], '-inf', now - tonumber(ARGV[2]))
    local next = redis.call('ZPOPMIN', KEYS[limits + i])
    if next[1] then called[#called + 1] = next[1] end
  end
end
return called
