-- Puts entries back, first in line, and gives the lease up if it is still ours.
-- KEYS  1 mail  2 lease
-- ARGV  1 token  2 keep ms  3.. entries (JSON), in order
for i = #ARGV, 3, -1 do redis.call('LPUSH', KEYS[1], ARGV[i]) end
if #ARGV > 2 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1
