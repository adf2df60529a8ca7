-- Prolongs a lease, counted from now.
-- KEYS  1 record  2 health
-- ARGV  1 token  2 lease ms
-- Reply OK now counter generation | STALE token | ABSENT
-- Atomic because the owner may change between a look and a write.
local r = redis.call('HMGET', KEYS[1], 'st', 'tok')
if not r[1] then return { 'ABSENT' } end
if r[1] ~= 'R' or r[2] ~= ARGV[1] then return { 'STALE', r[2] } end
touch()
redis.call('HSET', KEYS[1], 'exp', now + ARGV[2])
return { 'OK', now, n, generation }
