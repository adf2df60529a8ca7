-- Writes a Celery result record outside of a completion: for duplicates, for work that was refused, and where the
-- markers live on another server.
-- KEYS  1 result key, which is also its channel
-- ARGV  1 record  2 ttl ms (0 = for ever)  3 store 0|1  4 announce 0|1
-- Reply W(ritten) | S(uccess was stored already, nothing was done) | T(ype of the key is foreign: announced only)
-- Atomic because a SUCCESS must not appear between the look and the write.
local head = redis.pcall('GETRANGE', KEYS[1], 0, 19)
local written = 'W'
if type(head) == 'table' then
  if not string.find(head.err, 'WRONGTYPE', 1, true) then return head end
  written = 'T'
elseif is_success(KEYS[1], head) and redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return { 'S' }
end
if written == 'W' and ARGV[3] == '1' then
  if ARGV[2] == '0' then redis.call('SET', KEYS[1], ARGV[1]) else redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
end
if ARGV[4] == '1' then redis.call('PUBLISH', KEYS[1], ARGV[1]) end
return { written }
