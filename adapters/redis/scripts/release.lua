-- Lets a lease go that a dead worker holds.
-- KEYS  1 lease
-- ARGV  1 how the dead worker's tokens begin
-- Gives 1 when it held the lease, else 0
local holder = redis.call('GET', KEYS[1])
if not holder or string.sub(holder, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
