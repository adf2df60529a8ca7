-- Reads or records one step of a run. The record's field s:<name> is 'B:<token>' begun, or 'D:<value>' done.
-- KEYS  1 record  2 health
-- ARGV  1 token  2 READ|BEGIN|END|UNDO  3 name  [4 value]
-- Reply FREE | DONE value | BEGUN token (by a tenure that never ended it) | OK counter generation | STALE token | ABSENT
--       | FULL (too many steps)
-- Atomic because only the owner of the last token may begin or end a step: a zombie stops here.
local field = 's:' .. ARGV[3]
local r = call('HMGET', KEYS[1], 'st', 'tok', field, 'ns')
if not r[1] then return { 'ABSENT' } end
if r[1] ~= 'R' or r[2] ~= ARGV[1] then return { 'STALE', r[2] } end
local done = r[3] and string.sub(r[3], 1, 2) == 'D:'
local begun = r[3] and not done and string.sub(r[3], 3)
if ARGV[2] == 'READ' or ARGV[2] == 'BEGIN' then
  if done then return { 'DONE', string.sub(r[3], 3) } end
  if begun and begun ~= ARGV[1] then return { 'BEGUN', begun } end
  if ARGV[2] == 'READ' then return { 'FREE' } end
end
if not r[3] and ARGV[2] ~= 'UNDO' and num(r[4]) >= 1000 then return { 'FULL' } end
touch()
if ARGV[2] == 'BEGIN' then
  call('HSET', KEYS[1], field, 'B:' .. ARGV[1], 'ls', ARGV[3])
elseif ARGV[2] == 'END' then
  call('HSET', KEYS[1], field, 'D:' .. ARGV[4], 'ls', ARGV[3])
elseif begun == ARGV[1] then
  call('HDEL', KEYS[1], field)
  call('HINCRBY', KEYS[1], 'ns', -1)
end
if not r[3] and ARGV[2] ~= 'UNDO' then call('HINCRBY', KEYS[1], 'ns', 1) end
return { 'OK', n, generation }
