-- Reports a delivery that the fail-safe returned without running it.
-- KEYS  1 record  2 health  3 blocked
-- ARGV  1 block id  2 attempt  3 blocked at (store time, ms)  4 keep ms
-- Reply PENDING | COUNTED F|T, delay ms, first 0|1
-- The record's nb counts the reports, so that a completion without any need not look (a record may be nb alone).
-- Atomic because a completion between look and write would leave the report pending for ever.
local old = redis.call('HGET', KEYS[3], ARGV[1])
if old then
  local verdict, delay = string.match(old, '^([FT]):%d+:(%d+)$')
  if verdict then return { 'COUNTED', verdict, tonumber(delay), 0 } end
  return { 'PENDING' }
end
local r = redis.call('HMGET', KEYS[1], 'st', 'att', 'ct' .. ARGV[2], 'natt')
local st, att = r[1], tonumber(ARGV[2])
local over = (st == 'C' and num(r[2]) >= att) or (st == 'H' and num(r[4]) > att) or ((st == 'R' or st == 'P') and num(r[2]) > att)
touch()
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2] .. ':' .. ARGV[3])
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('HINCRBY', KEYS[1], 'nb', 1)
if not st then redis.call('PEXPIRE', KEYS[1], ARGV[4]) end
if over then
  local list = settle(att, num(r[3]), {})
  for i = 1, #list, 4 do
    if list[i] == ARGV[1] then return { 'COUNTED', list[i + 1], list[i + 2], 1 } end
  end
end
return { 'PENDING' }
