-- One move of a circuit breaker: five failures within a minute open it; after its time one caller probes.
-- KEYS  1 hash of an organisation's breakers: name -> JSON { failures, last, until, probe, times }
-- ARGV  1 name  2 "enter", "succeeded" or "failed"  3 threshold  4 window ms  5 first open ms  6 longest open ms  7 probe ms  8 keep ms
-- enter gives { 1, 0 } closed, { 2, 0 } the probe is yours, { 0, ms } wait; the others give { 1 when it is open now else 0, 0 }
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local text = redis.call('HGET', KEYS[1], ARGV[1])
local b = text and cjson.decode(text) or { failures = 0, last = 0, ['until'] = 0, probe = 0, times = 0 }
local function keep()
  redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(b))
  redis.call('PEXPIRE', KEYS[1], ARGV[8])
end
local move = ARGV[2]
if move == 'enter' then
  if b['until'] == 0 then return { 1, 0 } end
  if b['until'] > now then return { 0, b['until'] - now } end
  -- A probe may be over long before its time is.
  if b.probe > now then return { 0, math.min(b.probe - now, tonumber(ARGV[5])) } end
  b.probe = now + tonumber(ARGV[7])
  keep()
  return { 2, 0 }
end
if move == 'succeeded' then
  -- A call that was on its way when the breaker opened says nothing about now.
  if b['until'] > now and b.probe == 0 then return { 1, 0 } end
  if text then redis.call('HDEL', KEYS[1], ARGV[1]) end
  return { 0, 0 }
end
if b['until'] > now and b.probe == 0 then return { 1, 0 } end
local probing = b['until'] > 0
b.failures = (now - b.last > tonumber(ARGV[4]) and not probing) and 1 or b.failures + 1
b.last = now
if probing or b.failures >= tonumber(ARGV[3]) then
  b['until'] = now + math.min(tonumber(ARGV[6]), tonumber(ARGV[5]) * 2 ^ b.times)
  b.times = b.times + 1
  b.probe = 0
end
keep()
return { b['until'] > 0 and 1 or 0, 0 }
