-- Records that a handler starts, for work that lost an owner before: whoever vanishes now had surely started.
-- KEYS  1 record  2 health
-- ARGV  1 token
-- Reply OK now counter generation | STALE token | ABSENT
-- Atomic because only the owner of the last token may start, and one start must count once however often it is told.
local r = call('HMGET', KEYS[1], 'st', 'tok', 'stok', 'nonce')
if not r[1] then return { 'ABSENT' } end
if r[1] ~= 'R' or r[2] ~= ARGV[1] or r[4] == '' then return { 'STALE', r[2] } end -- '': given back, and told late
if r[3] ~= ARGV[1] then
  touch()
  call('HSET', KEYS[1], 'stok', ARGV[1])
  call('HDEL', KEYS[1], 'again')
  call('HINCRBY', KEYS[1], 'starts', 1)
end
return { 'OK', now, n, generation }
