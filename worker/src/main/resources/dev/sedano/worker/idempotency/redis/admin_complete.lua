-- Records an outcome that a person gives, and writes the caller's result.
-- KEYS  1 record  2 health  3 blocked  4 audit  [5 result key, which is also its channel]
-- ARGV  1 who  2 action  3 key  4 detail  5 states that may be completed, such as RHP  6 force 0|1  7 marker ttl ms  8 outcome
--       9 result kept beside the marker ('' none)  10 create an absent record 0|1  [11 result body  12 result ttl ms (0 = for ever)]
-- Reply OK state before ('' = absent) written | ABSENT | STATE st | LIVE owner ms
--       written: W(ritten), S(uccess was stored already), T(ype of the key is foreign: announced only), - (nothing to write)
-- The fresh token makes a late owner's completion stale. A created record has an attempt that no message has, so that every
-- copy is a duplicate of it, whatever its arguments.
-- Atomic because an owner may renew or complete between a look and a write.
local r = call('HMGET', KEYS[1], 'st', 'exp', 'own', 'att', 'nb')
local st, force = r[1], ARGV[6] == '1'
if not st and ARGV[10] ~= '1' then return { 'ABSENT' } end
if st and not string.find(ARGV[5], st, 1, true) then return { 'STATE', st } end
local owner = not force and live(r)
if owner then return owner end
local written = '-'
if KEYS[5] then
  local head = redis.pcall('GETRANGE', KEYS[5], 0, 19)
  if type(head) == 'table' then
    if not string.find(head.err, 'WRONGTYPE', 1, true) then return head end
    written = 'T'
  elseif is_success(KEYS[5], head) then written = 'S'
  else written = 'W' end
end
local att = r[4] or '-1'
tk = math.max(tk + 1, now * 1000)
touch()
local f = { 'st', 'C', 'out', ARGV[8], 'cat', now, 'nonce', '', 'tok', tk, 'att', att, 'ev', history(att, tk, st == 'R' or st == 'P') }
if ARGV[9] ~= '' then f[#f + 1] = 'res'; f[#f + 1] = ARGV[9] end
call('HDEL', KEYS[1], 'res', 'w', 'free', 'rel', 'was', 'again')
call('HSET', KEYS[1], unpack(f))
call('PEXPIRE', KEYS[1], ARGV[7])
if st == 'C' then call('HINCRBY', KEYS[2], 'rv', 1) end
if written == 'W' then
  if ARGV[12] == '0' then call('SET', KEYS[5], ARGV[11]) else call('SET', KEYS[5], ARGV[11], 'PX', ARGV[12]) end
end
if written == 'W' or written == 'T' then call('PUBLISH', KEYS[5], ARGV[11]) end
if r[5] then settle(tonumber(att), num(call('HGET', KEYS[1], 'ct' .. att)), {}) end
audit(st)
return { 'OK', st or '', written }
