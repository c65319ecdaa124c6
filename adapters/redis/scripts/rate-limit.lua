-- Takes tokens from a bucket that refills steadily: as many as are asked for and there.
-- KEYS[1] bucket (hash: tokens, at in ms by Redis' clock)
-- ARGV[1] capacity, ARGV[2] tokens refilled per second, ARGV[3] tokens wanted
-- Returns {how many were taken, tokens left as text}
local capacity = tonumber(ARGV[1])
local rate = tonumber(ARGV[2])
local clock = redis.call("TIME")
local now = tonumber(clock[1]) * 1000 + tonumber(clock[2]) / 1000
local known = redis.call("HMGET", KEYS[1], "tokens", "at")
local tokens = tonumber(known[1]) or capacity
local at = tonumber(known[2]) or now
tokens = math.min(capacity, tokens + math.max(0, now - at) / 1000 * rate)
local taken = math.min(tonumber(ARGV[3]), math.floor(tokens))
tokens = tokens - taken
redis.call("HSET", KEYS[1], "tokens", tostring(tokens), "at", string.format("%.3f", now))
-- A bucket that would be full again is as good as none.
redis.call("PEXPIRE", KEYS[1], math.ceil(capacity / rate * 1000) + 1000)
return { taken, tostring(tokens) }
