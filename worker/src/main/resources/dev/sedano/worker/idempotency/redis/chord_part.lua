-- Counts one part of a chord, as Celery 5.7 does (celery/backends/redis.py, on_chord_part_return), and hands all parts to
-- whoever completes it. Python workers share these keys.
-- KEYS  1 .j parts  2 .t added parts  3 .s size  4 .d counted  5 group  6 .c claim or 'done'
-- ARGV  1 task id  2 part  3 score  4 ttl s (0 = for ever)  5 claim s  6 claim's token
-- Reply COUNTED (others are missing) | DONE (the body is out) | CLAIMED (another worker is at it)
--       | COMPLETE saved group|nil part ...
-- Atomic because the last part must be told from all others, exactly once.
local call = redis.call
local claim = call('GET', KEYS[6])
if claim == 'done' then return { 'DONE' } end
local member = ARGV[1] .. ':' .. ARGV[3]
if call('SISMEMBER', KEYS[4], member) == 0 then
  call('ZADD', KEYS[1], ARGV[3], ARGV[2])
  call('SADD', KEYS[4], member)
end
if ARGV[4] ~= '0' then
  for i = 1, 5 do call('EXPIRE', KEYS[i], ARGV[4]) end
end
local size = call('GET', KEYS[3])
if not size then return { 'COUNTED' } end
local all = tonumber(size) + tonumber(call('GET', KEYS[2]) or 0)
if call('ZCARD', KEYS[1]) ~= all then return { 'COUNTED' } end
if claim and claim ~= ARGV[6] then return { 'CLAIMED' } end
call('SET', KEYS[6], ARGV[6], 'EX', ARGV[5])
local parts = call('ZRANGE', KEYS[1], 0, -1)
local reply = { 'COMPLETE', call('GET', KEYS[5]) }
for i = 1, #parts do reply[i + 2] = parts[i] end
return reply
