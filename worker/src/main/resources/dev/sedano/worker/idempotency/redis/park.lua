-- Gives a claimed key into a person's hands: nobody runs it until it is decided.
-- KEYS  1 record  2 health
-- ARGV  1 token  2 owner's label
-- Reply OK now counter generation | STALE token | ABSENT
-- Atomic because only the owner of the last token may park.
local r = call('HMGET', KEYS[1], 'st', 'tok', 'att')
if not r[1] then return { 'ABSENT' } end
if (r[1] ~= 'R' and r[1] ~= 'P') or r[2] ~= ARGV[1] then return { 'STALE', r[2] } end
if r[1] == 'R' then
  touch()
  call('HSET', KEYS[1], 'st', 'P')
  note('parked', r[3], ARGV[1], ARGV[2])
end
return { 'OK', now, n, generation }
