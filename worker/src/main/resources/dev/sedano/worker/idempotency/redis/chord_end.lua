-- Ends a chord whose body, or failure, is out.
-- KEYS  1 .j parts  2 .t added parts  3 .s size  4 .d counted  5 .c claim
-- ARGV  1 claim's token  2 'failed' (the parts stay for whoever asks why, until they expire) or ''
-- Reply OK | LOST (somebody else holds the claim, nothing was done)
-- Atomic because a part that comes again must find either all keys or the end.
if redis.call('GET', KEYS[5]) ~= ARGV[1] then return { 'LOST' } end
redis.call('SET', KEYS[5], 'done', 'EX', 300)
if ARGV[2] == 'failed' then
  redis.call('DEL', KEYS[3]) -- without its size it can never be complete again
else
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
end
return { 'OK' }
