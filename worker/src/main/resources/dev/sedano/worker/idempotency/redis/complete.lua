-- Records the outcome of an attempt, writes the caller's result, and settles the attempt's blocked deliveries.
-- KEYS  1 record  2 health  3 blocked  [4 result key, which is also its channel]
-- ARGV  1 token  2 attempt  3 marker ttl ms  4 outcome  5 fingerprint  6 claim time  7 task id ('' = the key is the task id)
--       8 result kept beside the marker ('' none, '=' the body)  [9 result body  10 result ttl ms (0 = for ever)]
-- Reply OK first|replay|recreated written counter generation [id, F|T, delay ms, first 0|1, ...] | STALE token
--       written: W(ritten), S(uccess was stored already, nothing sent), T(ype is foreign: published only), - (nothing to write)
-- Atomic because marker and result must appear together, and only for the owner of the last token.
local r = redis.call('HMGET', KEYS[1], 'st', 'tok', 'att', 'nb', 'ct' .. ARGV[2], 'w')
local st = r[1]
if st == 'C' and r[2] == ARGV[1] then
  return { 'OK', 'replay', r[6] or (KEYS[4] and 'W' or '-'), n, generation, r[4] and settled(tonumber(ARGV[2]), {}) or {} }
end
if st and not ((st == 'R' or st == 'P') and r[2] == ARGV[1] and r[3] == ARGV[2]) then return { 'STALE', r[2] } end
local written = '-'
if KEYS[4] then
  local head = redis.pcall('GETRANGE', KEYS[4], 0, 19)
  if type(head) == 'table' then
    if not string.find(head.err, 'WRONGTYPE', 1, true) then return head end
    written = 'T'
  elseif head == '{"status": "SUCCESS"' or string.sub(head, 1, 19) == '{"status":"SUCCESS"' then written = 'S'
  else written = 'W' end
end
if not st then tk = math.max(tk, tonumber(ARGV[1])) end
touch()
if st and ARGV[8] == '' then
  redis.call('HSET', KEYS[1], 'st', 'C', 'out', ARGV[4], 'cat', now)
else
  local kept = ARGV[8] == '=' and ARGV[9] or ARGV[8]
  local f = { 'st', 'C', 'out', ARGV[4], 'cat', now }
  if kept ~= '' then f[7] = 'res'; f[8] = kept end
  if not st then                                          -- the store lost the record under its owner
    for _, x in ipairs({ 'tok', ARGV[1], 'att', ARGV[2], 'fp', ARGV[5], 'ct' .. ARGV[2], ARGV[6] }) do f[#f + 1] = x end
    if ARGV[7] ~= '' then
      for _, x in ipairs({ 'id0', ARGV[7], 'fp0', ARGV[5] }) do f[#f + 1] = x end
    end
  end
  redis.call('HSET', KEYS[1], unpack(f))
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
if written == 'W' then
  if ARGV[10] == '0' then redis.call('SET', KEYS[4], ARGV[9]) else redis.call('SET', KEYS[4], ARGV[9], 'PX', ARGV[10]) end
elseif written ~= '-' then
  redis.call('HSET', KEYS[1], 'w', written)
end
if written == 'W' or written == 'T' then redis.call('PUBLISH', KEYS[4], ARGV[9]) end
return { 'OK', st and 'first' or 'recreated', written, n, generation,
  r[4] and settle(tonumber(ARGV[2]), num(r[5] or ARGV[6]), {}) or {} }
