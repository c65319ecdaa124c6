-- Prolongs leases. All keys must be on one node.
-- KEYS  for each lease: lease, mail
-- ARGV  1 lease ms  2.. their tokens
-- Gives for each lease 0 when it is another's, 1 when it was prolonged, 2 when mail waits besides
local states = {}
for i = 2, #ARGV do
  local lease, mail = KEYS[2 * i - 3], KEYS[2 * i - 2]
  if redis.call('GET', lease) ~= ARGV[i] then
    states[i - 1] = 0
  else
    redis.call('PEXPIRE', lease, ARGV[1])
    states[i - 1] = 1 + redis.call('EXISTS', mail)
  end
end
return states
