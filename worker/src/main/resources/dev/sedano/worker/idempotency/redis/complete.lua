-- Records the outcome of an attempt, writes the caller's result, and settles the attempt's blocked deliveries.
-- KEYS  1 record  2 health  3 blocked  [4 result key, which is also its channel]
-- ARGV  1 token  2 attempt  3 marker ttl ms  4 outcome  5 fingerprint  6 claim time  7 task id ('' = the key is the task id)
--       8 result kept beside the marker ('' none, '=' the body)  9 result body  10 result ttl ms (0 = for ever)
--       11 follow-ups, kept until they are settled ('' none)  12 whether the key is free for another id 0|1
-- Reply OK first|replay|recreated written counter generation [id, F|T, delay ms, first 0|1, ...] uncounted | STALE token
--       uncounted: number of blocked deliveries that nobody can settle, because their key has a foreign type
--       written: W(ritten), S(uccess was stored already, nothing sent), T(ype is foreign: published only), - (nothing to write)
-- Atomic because marker, result and follow-ups must appear together, and only for the owner of the last token.
local r = call('HMGET', KEYS[1], 'st', 'tok', 'att', 'nb', 'ct' .. ARGV[2], 'w', 'ns', 'was')
local st, blocks, uncounted = r[1], r[4], 0
if blocks and not countable() then blocks, uncounted = nil, num(blocks) end
if st == 'C' and r[2] == ARGV[1] then
  return { 'OK', 'replay', r[6] or (KEYS[4] and 'W' or '-'), n, generation, blocks and settled(tonumber(ARGV[2]), {}) or {}, 0 }
end
if st and not ((st == 'R' or st == 'P') and r[2] == ARGV[1] and r[3] == ARGV[2]) then return { 'STALE', r[2] } end
local written, failure = writable()
if failure then return failure end
if not st then tk = math.max(tk, tonumber(ARGV[1])) end
touch()
if st and ARGV[8] == '' and ARGV[11] == '' and ARGV[12] == '0' then
  call('HSET', KEYS[1], 'st', 'C', 'out', ARGV[4], 'cat', now)
else
  local f = { 'st', 'C', 'out', ARGV[4], 'cat', now }
  local function set(field, value) f[#f + 1] = field; f[#f + 1] = value end
  local kept = ARGV[8] == '=' and ARGV[9] or ARGV[8]
  if kept ~= '' then set('res', kept) end
  if ARGV[11] ~= '' then set('fu', ARGV[11]); set('fat', now) end
  if ARGV[12] == '1' then set('free', 1) end
  if not st then                                          -- the store lost the record under its owner
    set('tok', ARGV[1]); set('att', ARGV[2]); set('fp', ARGV[5]); set('ct' .. ARGV[2], ARGV[6])
    if ARGV[7] ~= '' then set('id0', ARGV[7]); set('fp0', ARGV[5]) end
  end
  call('HSET', KEYS[1], unpack(f))
end
if r[7] and ARGV[12] == '0' then                          -- nobody will ask for the steps' values again
  for _, field in ipairs(call('HKEYS', KEYS[1])) do
    if string.sub(field, 1, 2) == 's:' then call('HDEL', KEYS[1], field) end
  end
end
if r[8] then call('HDEL', KEYS[1], 'was') end             -- no release brings the life before back any more
call('PEXPIRE', KEYS[1], ARGV[3])
write(written, ARGV[9], ARGV[10])
return { 'OK', st and 'first' or 'recreated', written, n, generation,
  blocks and settle(tonumber(ARGV[2]), num(r[5] or ARGV[6]), {}) or {}, uncounted }
