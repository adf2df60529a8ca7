-- Tells a chord what it waits for: its size, or parts that are added to it.
-- KEYS  1 .sedano what it was told  2 .s size or .t added parts  3 .c claim or 'done'  4 group
-- ARGV  1 what: 'size' or 'add:' and a task's id  2 parts  3 ttl s (0 = for ever)  4 saved group ('' = none)
--       5 how long to remember what it was told, s
-- Reply OK | TOLD (before; nothing was done)
-- Atomic because a repetition must change nothing, not even after the chord has ended and its keys are gone.
local call = redis.call
local function keep(key)
  if ARGV[3] ~= '0' then call('EXPIRE', key, ARGV[3]) end
end
local new = call('SADD', KEYS[1], ARGV[1]) == 1
call('EXPIRE', KEYS[1], ARGV[5])
if not new or call('GET', KEYS[3]) == 'done' then return { 'TOLD' } end
if ARGV[1] ~= 'size' then
  call('INCRBY', KEYS[2], ARGV[2])
  keep(KEYS[2])
elseif call('SETNX', KEYS[2], ARGV[2]) == 1 then -- else a Python worker has told it
  keep(KEYS[2])
end
if ARGV[4] ~= '' then
  call('SET', KEYS[4], ARGV[4])
  keep(KEYS[4])
end
return { 'OK' }
