-- Pushes entries for whoever drains the run next.
-- KEYS  1 mail
-- ARGV  1 keep ms  2.. entries (JSON)
for i = 2, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
