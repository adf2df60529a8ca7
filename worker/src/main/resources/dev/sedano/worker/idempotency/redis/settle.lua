-- Forgets follow-ups that the broker has confirmed.
-- KEYS  1 record  2 health
-- ARGV  1 token of the tenure that recorded them
-- Reply OK counter generation | GONE
-- Atomic because a later tenure may have recorded its own meanwhile.
local r = call('HMGET', KEYS[1], 'tok', 'fu')
if r[1] ~= ARGV[1] or not r[2] then return { 'GONE' } end
touch()
call('HDEL', KEYS[1], 'fu', 'fat')
return { 'OK', n, generation }
