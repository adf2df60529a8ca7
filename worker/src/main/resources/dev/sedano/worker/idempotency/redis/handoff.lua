-- Records that an attempt ended in favour of a later one (retry, replace), before that one's message is published.
-- KEYS  1 record  2 health  3 blocked  [4 result key, which is also its channel]
-- ARGV  1 token  2 attempt  3 keep ms  4 next attempt  5 next fingerprint ('' = any)  6 claim time
--       7 task id ('' = the key is the task id)  8 fingerprint  9 result body  10 result ttl ms (0 = for ever)
--       11 follow-ups, kept until they are settled
-- Reply OK first|replay|recreated written counter generation [id, F|T, delay ms, first 0|1, ...] uncounted | STALE token
--       uncounted: number of blocked deliveries that nobody can settle, because their key has a foreign type
-- Atomic because only the owner of the last token may hand off, and an old copy must not find the key free in between.
local r = call('HMGET', KEYS[1], 'st', 'tok', 'att', 'nb', 'ct' .. ARGV[2], 'w', 'htok', 'was')
local st, blocks, uncounted = r[1], r[4], 0
if blocks and not countable() then blocks, uncounted = nil, num(blocks) end
if r[7] == ARGV[1] then
  return { 'OK', 'replay', r[6] or (KEYS[4] and 'W' or '-'), n, generation, blocks and settled(tonumber(ARGV[2]), {}) or {}, 0 }
end
if st and not ((st == 'R' or st == 'P') and r[2] == ARGV[1] and r[3] == ARGV[2]) then return { 'STALE', r[2] } end
local written, failure = writable()
if failure then return failure end
if not st then tk = math.max(tk, tonumber(ARGV[1])) end
touch()
call('HSET', KEYS[1], 'st', 'H', 'nonce', '', 'natt', ARGV[4], 'nfp', ARGV[5], 'fu', ARGV[11], 'fat', now, 'htok', ARGV[1])
if not st then                                            -- the store lost the record under its owner
  call('HSET', KEYS[1], 'tok', ARGV[1], 'att', ARGV[2], 'fp', ARGV[8], 'ct' .. ARGV[2], ARGV[6])
  if ARGV[7] ~= '' then call('HSET', KEYS[1], 'id0', ARGV[7], 'fp0', ARGV[8]) end
end
call('HDEL', KEYS[1], 'starts', 'stok')
note('handoff', ARGV[4], ARGV[1], 'from:' .. ARGV[2])
if r[8] then call('HDEL', KEYS[1], 'was') end             -- no release brings the life before back any more
call('PEXPIRE', KEYS[1], ARGV[3])
write(written, ARGV[9], ARGV[10])
return { 'OK', st and 'first' or 'recreated', written, n, generation,
  blocks and settle(tonumber(ARGV[2]), num(r[5] or ARGV[6]), {}) or {}, uncounted }
