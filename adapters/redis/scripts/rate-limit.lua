-- Takes one token from a bucket that refills steadily.
-- KEYS[1] bucket (hash: tokens, at in ms by Redis' clock)
-- ARGV[1] capacity, ARGV[2] tokens refilled per second
-- Returns {1 when taken else 0, tokens left as text}
local capacity = tonumber(ARGV[1])
local rate = tonumber(ARGV[2])
local clock = redis.call("TIME")
local now = tonumber(clock[1]) * 1000 + tonumber(clock[2]) / 1000
local known = redis.call("HMGET", KEYS[1], "tokens", "at")
local tokens = tonumber(known[1]) or capacity
local at = tonumber(known[2]) or now
tokens = math.min(capacity, tokens + math.max(0, now - at) / 1000 * rate)
local taken = 0
if tokens >= 1 then
  tokens = tokens - 1
  taken = 1
end
redis.call("HSET", KEYS[1], "tokens", tostring(tokens), "at", string.format("%.3f", now))
-- A bucket that would be full again is as good as none.
redis.call("PEXPIRE", KEYS[1], math.ceil(capacity / rate * 1000) + 1000)
return { taken, tostring(tokens) }
