-- Reports a delivery that the fail-safe returned without running it.
-- KEYS  1 record  2 health  3 blocked
-- ARGV  1 block id  2 attempt  3 blocked at (store time, ms)  4 keep ms  [5 reason and task for people, '' none]
-- Reply PENDING | COUNTED F|T, delay ms, first 0|1
-- The record's nb counts the reports, so that a completion without any need not look (a record may be nb alone).
-- Atomic because a completion between look and write would leave the report pending for ever.
local old = call('HGET', KEYS[3], ARGV[1])
if old then
  local verdict, delay, by = string.match(old, '^([FT]):%d+:(%d+):(.*)$')
  if verdict then return { 'COUNTED', verdict, tonumber(delay), by == 'r' and 1 or 0 } end
end
local r = call('HMGET', KEYS[1], 'st', 'att', 'ct' .. ARGV[2], 'natt')
local st, att = r[1], tonumber(ARGV[2])
local over = (st == 'C' and num(r[2]) >= att) or (st == 'H' and num(r[4]) > att) or ((st == 'R' or st == 'P') and num(r[2]) > att)
if old and not over then return { 'PENDING' } end
touch()
if not old then
  call('HSET', KEYS[3], ARGV[1], ARGV[2] .. ':' .. ARGV[3])
  if ARGV[5] and ARGV[5] ~= '' then call('HSET', KEYS[3], 'i:' .. ARGV[1], ARGV[5]) end
  call('PEXPIRE', KEYS[3], ARGV[4])
  call('HINCRBY', KEYS[1], 'nb', 1)
  if not st then call('PEXPIRE', KEYS[1], ARGV[4]) end
end
if over then
  local own = settle(att, num(r[3]), {}, ARGV[1])
  return { 'COUNTED', own[2], own[3], 1 }
end
return { 'PENDING' }
