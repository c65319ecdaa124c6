-- Sets money aside, or puts what was paid in its place. Amounts are whole numbers of 1e-8 US dollars.
-- KEYS  1 hash: spent, held, and r:NAME -> "amount:expires at ms" of each reservation
-- ARGV  1 "reserve"  2 name  3 amount  4 limit  5 spent as the journal has it  6 reservation lives ms  7 keep ms
--       1 "settle"   2 name  3 paid  4-  7 keep ms
-- reserve gives { 1 when set aside else 0, spent, held }; settle gives { 1, spent, held }
local key = KEYS[1]
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local name = 'r:' .. ARGV[2]
local spent = tonumber(redis.call('HGET', key, 'spent') or '0')
local held = tonumber(redis.call('HGET', key, 'held') or '0')
local own = redis.call('HGET', key, name)
if own then held = held - tonumber(string.match(own, '^(%d+):')) end
local function keep()
  redis.call('HSET', key, 'spent', string.format('%.0f', spent), 'held', string.format('%.0f', math.max(0, held)))
  redis.call('PEXPIRE', key, ARGV[7])
end
if ARGV[1] == 'settle' then
  redis.call('HDEL', key, name)
  spent = spent + tonumber(ARGV[3])
  keep()
  return { 1, spent, held }
end
local amount = tonumber(ARGV[3])
local limit = tonumber(ARGV[4])
spent = math.max(spent, tonumber(ARGV[5]))
if spent + held + amount > limit then
  -- Perhaps some of it is held by workers that died: what has expired is given back.
  held = 0
  local all = redis.call('HGETALL', key)
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 2) == 'r:' and all[i] ~= name then
      local part, expires = string.match(all[i + 1], '^(%d+):(%d+)$')
      if tonumber(expires) > now then held = held + tonumber(part) else redis.call('HDEL', key, all[i]) end
    end
  end
end
if spent + held + amount > limit then
  if own then redis.call('HDEL', key, name) end
  keep()
  return { 0, spent, held }
end
redis.call('HSET', key, name, string.format('%.0f:%.0f', amount, now + tonumber(ARGV[6])))
held = held + amount
keep()
return { 1, spent, held }
