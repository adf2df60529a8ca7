-- Asks for the right to run one attempt of a key.
-- KEYS  1 record  2 health
-- ARGV  1 epoch:generation  2 nonce  3 attempt  4 fingerprint  5 task id ('' = the key is the task id)  6 lease ms  7 keep ms
--       8 flags: P(ark) or R(erun), then redelivered 0|1  9 owner's label
-- Reply GRANTED token ran now counter generation | BUSY token ms | DUPLICATE token id0 outcome result|nil | STALE_ATTEMPT token next
--       | CONFLICT token | PARKED token | UNSAFE ms | HELD_AFTER_LOSS | HELLO_FIRST | NO_EPOCH
--       ran: 0 nobody ran before, 1 an earlier tenure may have, 2 the store lost data
-- Record: st R(unning) H(anded off) C(ompleted) P(arked), nonce, tok(en), att(empt), fp, exp (end of the lease), ran, own,
--       ct<attempt> (claim time), natt and nfp (what a hand-off expects), id0 and fp0 (first id and payload of an explicit key)
-- Atomic because two deliveries of one key must not both find it free.
if not epoch then return { 'NO_EPOCH' } end
if epoch .. ':' .. generation ~= ARGV[1] then return { 'HELLO_FIRST' } end
local r = redis.call('HMGET', KEYS[1], 'st', 'nonce', 'tok', 'att', 'fp', 'exp', 'ran', 'natt', 'nfp', 'id0', 'fp0')
local st, att, ran = r[1], tonumber(ARGV[3]), 0
local park = string.byte(ARGV[8], 1) == 80
-- Another task with the same explicit key: it has no attempt in common with the first, so only first payloads compare.
local other = r[10] and ARGV[5] ~= '' and r[10] ~= ARGV[5]
if st == 'C' then
  local conflict
  if other then conflict = r[11] ~= ARGV[4] else conflict = r[4] == ARGV[3] and r[5] ~= ARGV[4] end
  if conflict then return { 'CONFLICT', r[3] } end
  local done = redis.call('HMGET', KEYS[1], 'out', 'res')
  return { 'DUPLICATE', r[3], r[10] or '', done[1], done[2] }
elseif st == 'P' then
  return { 'PARKED', r[3] }
elseif st == 'H' then
  if other then return { 'BUSY', r[3], ARGV[6] } end
  if att < num(r[8]) then return { 'STALE_ATTEMPT', r[3], r[8] } end
  if att == num(r[8]) and r[9] and r[9] ~= '' and r[9] ~= ARGV[4] then return { 'CONFLICT', r[3] } end
elseif st == 'R' then
  local current = num(r[4])
  if not other then
    if att < current then return { 'STALE_ATTEMPT', r[3], r[4] } end
    if att == current and r[5] ~= ARGV[4] then return { 'CONFLICT', r[3] } end
  end
  if r[2] == ARGV[2] and att == current then              -- my own claim again: its reply was lost
    touch()
    redis.call('HSET', KEYS[1], 'exp', now + ARGV[6], 'ct' .. ARGV[3], now)
    return { 'GRANTED', r[3], r[7], now, n, generation }
  end
  local left = num(r[6]) - now
  if left <= 0 then left = (grace or num(redis.call('HGET', KEYS[2], 'grace'))) - now end
  -- Only an equal copy may take over from a vanished owner of another id.
  if left <= 0 and other and (att ~= current or ARGV[4] ~= r[5] or ARGV[4] ~= r[11]) then left = tonumber(ARGV[6]) end
  if left > 0 then
    if grace then touch() end                             -- remember the grace window
    return { 'BUSY', r[3], left }
  end
  if park then
    touch()
    redis.call('HSET', KEYS[1], 'st', 'P')
    return { 'PARKED', r[3] }
  end
  if att == current then ran = 1 end
elseif string.byte(ARGV[8], 2) == 49 then
  local doubt = redis.call('HMGET', KEYS[2], 'unsafe', 'loss')
  if num(doubt[1]) > now then return { 'UNSAFE', num(doubt[1]) - now } end
  if num(doubt[2]) > now then
    if park then return { 'HELD_AFTER_LOSS' } end
    ran = 2
  end
end
tk = math.max(tk + 1, now * 1000)                         -- grows for ever, also across a loss of data: the clock carries it
touch()
if st or ARGV[5] == '' then
  redis.call('HSET', KEYS[1], 'st', 'R', 'nonce', ARGV[2], 'tok', tk, 'att', ARGV[3], 'fp', ARGV[4], 'exp', now + ARGV[6],
    'ran', ran, 'own', ARGV[9], 'ct' .. ARGV[3], now)
else
  redis.call('HSET', KEYS[1], 'st', 'R', 'nonce', ARGV[2], 'tok', tk, 'att', ARGV[3], 'fp', ARGV[4], 'exp', now + ARGV[6],
    'ran', ran, 'own', ARGV[9], 'ct' .. ARGV[3], now, 'id0', ARGV[5], 'fp0', ARGV[4])
end
redis.call('PEXPIRE', KEYS[1], ARGV[7])
return { 'GRANTED', tk, ran, now, n, generation }
