-- Ends a chord whose body, or failure, is out.
-- KEYS  1 .j parts  2 .t added parts  3 .s size  4 .d counted  5 .c claim
-- ARGV  1 claim's token
-- Reply OK | LOST (somebody else holds the claim, nothing was done)
-- Atomic because a part that comes again must find either all keys or the end.
if redis.call('GET', KEYS[5]) ~= ARGV[1] then return { 'LOST' } end
redis.call('SET', KEYS[5], 'done', 'EX', 300)
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
return { 'OK' }
