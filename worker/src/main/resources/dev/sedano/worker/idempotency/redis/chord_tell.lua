-- Tells a chord what it waits for: its size, or parts that are added to it.
-- KEYS  1 .sedano what it was told  2 .s size or .t added parts  3 .c claim or 'done'  4 group
-- ARGV  1 what: 'size' or 'add:' and a task's id  2 parts  3 ttl s  4 saved group ('' = none)
-- Reply OK | TOLD (before; nothing was done)
-- Atomic because a repetition must change nothing, not even after the chord has ended and its keys are gone.
local call = redis.call
local new = call('SADD', KEYS[1], ARGV[1]) == 1
call('EXPIRE', KEYS[1], ARGV[3])
if not new or call('GET', KEYS[3]) == 'done' then return { 'TOLD' } end
if ARGV[1] == 'size' then
  call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3], 'NX') -- a Python worker may have told it, too
else
  call('INCRBY', KEYS[2], ARGV[2])
  call('EXPIRE', KEYS[2], ARGV[3])
end
if ARGV[4] ~= '' then call('SET', KEYS[4], ARGV[4], 'EX', ARGV[3]) end
return { 'OK' }
