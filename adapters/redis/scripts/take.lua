-- Prolongs the lease and takes what came in, without letting go: for a drainer in the middle of a long turn.
-- KEYS  1 mail  2 lease
-- ARGV  1 token  2 lease ms  3 most entries
-- Gives false when the lease is another's, else { entry, entry, ... }
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return false end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
local entries = redis.call('LRANGE', KEYS[1], 0, tonumber(ARGV[3]) - 1)
if #entries > 0 then redis.call('LTRIM', KEYS[1], #entries, -1) end
return entries
