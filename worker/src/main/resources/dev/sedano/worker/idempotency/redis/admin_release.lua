-- Lets the work of a key run again because a person says so.
-- KEYS  1 record  2 health  3 blocked  4 audit
-- ARGV  1 who  2 action  3 key  4 detail  5 states that may be released, such as CPR  6 force 0|1  7 forget 0|1  8 keep ms
--       9 attempt, 10 fingerprint, 11 task id ('' = the key is the task id) of a copy in hand, for a record that is lost;
--       fingerprint '' = no copy  then step name, value ('' = it did not happen) ...
-- Reply OK state before ('' = absent) | ABSENT | STATE st | LIVE owner ms | HANDED_OFF next | FOLLOW_UPS
-- Not forgotten, the record says that somebody may have run, so the next run is announced; `again` says that it may start
-- also where policy would park it. The fresh token shuts out an owner that still lives. `rv` makes workers drop what they
-- remember of completed keys. Starts are counted anew, and what ran before is no crash any more.
-- Atomic because an owner may renew or complete between a look and a write.
local r = call('HMGET', KEYS[1], 'st', 'exp', 'own', 'att', 'natt', 'fu')
local st, force, forget = r[1], ARGV[6] == '1', ARGV[7] == '1'
if not st and (forget or ARGV[10] == '') then return { 'ABSENT' } end
if st and not string.find(ARGV[5], st, 1, true) then return { 'STATE', st } end
local owner = not force and live(r)
if owner then return owner end
if st == 'H' and not forget then return { 'HANDED_OFF', r[5] or '' } end
if r[6] and not force then return { 'FOLLOW_UPS' } end
tk = math.max(tk + 1, now * 1000)
touch()
call('HINCRBY', KEYS[2], 'rv', 1)
local f = { 'ev', history(st and r[4] or ARGV[9], tk, st == 'R' or st == 'P') }
if forget then
  for _, name in ipairs(call('HKEYS', KEYS[1])) do
    if name ~= 'nb' then call('HDEL', KEYS[1], name) end
  end
else
  for _, x in ipairs({ 'st', 'R', 'nonce', '', 'tok', tk, 'exp', 0, 'ran', 1, 'again', 1, 'starts', -1 }) do f[#f + 1] = x end
  if not st then
    for _, x in ipairs({ 'att', ARGV[9], 'fp', ARGV[10] }) do f[#f + 1] = x end
    if ARGV[11] ~= '' then
      for _, x in ipairs({ 'id0', ARGV[11], 'fp0', ARGV[10] }) do f[#f + 1] = x end
    end
  end
  call('HDEL', KEYS[1], 'out', 'cat', 'res', 'w', 'fu', 'fat', 'free', 'rel', 'was', 'stok')
  for i = 12, #ARGV, 2 do
    if ARGV[i + 1] == '' then
      if call('HDEL', KEYS[1], 's:' .. ARGV[i]) == 1 then call('HINCRBY', KEYS[1], 'ns', -1) end
    else f[#f + 1] = 's:' .. ARGV[i]; f[#f + 1] = ARGV[i + 1] end
  end
end
call('HSET', KEYS[1], unpack(f))
if call('PTTL', KEYS[1]) < tonumber(ARGV[8]) then call('PEXPIRE', KEYS[1], ARGV[8]) end
audit(st)
return { 'OK', st or '' }
