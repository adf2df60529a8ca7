-- Asks for the right to run one attempt of a key.
-- KEYS  1 record  2 health
-- ARGV  1 epoch:generation  2 nonce  3 attempt  4 fingerprint  5 task id ('' = the key is the task id)  6 lease ms  7 keep ms
--       8 flags: P(ark) or R(erun), then redelivered 0|1  9 owner's label  10 most crashes
-- Reply GRANTED token ran now counter generation | BUSY token ms | DUPLICATE token id0 outcome result|nil follow-ups|nil
--       | STALE_ATTEMPT token next follow-ups|nil | CONFLICT token | PARKED token owner started step | UNSAFE ms
--       | HELD_AFTER_LOSS | HELLO_FIRST | NO_EPOCH
--       ran: 0 nobody ran before, 1 an earlier tenure may have, 2 the store lost data, 3 as 1, and too often
-- Record: st R(unning) H(anded off) C(ompleted) P(arked), nonce, tok(en), att(empt), fp, exp (end of the lease), ran, own,
--       ct<attempt> (claim time), natt and nfp (what a hand-off expects), id0 and fp0 (first id and payload of an explicit key),
--       fu and fat (follow-ups not confirmed yet, and since when), starts (recorded starts without an end), free and rel (a
--       failed run gave its key free; the ids that did), dups, s:<step>, ns, ls, ev
-- Atomic because two deliveries of one key must not both find it free.
if not epoch then return { 'NO_EPOCH' } end
if epoch .. ':' .. generation ~= ARGV[1] then return { 'HELLO_FIRST' } end
-- Whoever recorded follow-ups is most likely publishing them: only after this many ms does a copy do it in its place.
local PUBLISHING = 10000
-- Most keys are new: look for the state alone first.
local r = call('HGET', KEYS[1], 'st')
  and call('HMGET', KEYS[1], 'st', 'nonce', 'tok', 'att', 'fp', 'exp', 'ran', 'natt', 'nfp', 'id0', 'fp0', 'fu', 'fat', 'free') or {}
local st, att, ran, freed = r[1], tonumber(ARGV[3]), 0, false
local park = string.byte(ARGV[8], 1) == 80
-- Another task with the same explicit key: it has no attempt in common with the first, so only first payloads compare.
local other = r[10] and ARGV[5] ~= '' and r[10] ~= ARGV[5]
local who = ARGV[5] ~= '' and ARGV[5] or ARGV[9]
local function conflict()
  touch()
  note('conflict', ARGV[3], r[3], who)
  return { 'CONFLICT', r[3] }
end
local function parked()
  local p = call('HMGET', KEYS[1], 'own', 'ct' .. r[4], 'ls')
  return { 'PARKED', r[3], p[1] or '', p[2] or '0', p[3] or '' }
end
if st == 'C' and r[14] and other then
  -- The first run failed and gave the key free: but not for old copies of those that had it.
  local before = '\n' .. (call('HGET', KEYS[1], 'rel') or '')
  if string.find(before, '\n' .. ARGV[5] .. '\n', 1, true) then return { 'STALE_ATTEMPT', r[3], r[4] } end
  freed = true
elseif st == 'C' then
  local differs
  if other then differs = r[11] ~= ARGV[4] else differs = r[4] == ARGV[3] and r[5] ~= ARGV[4] end
  if differs then return conflict() end
  if r[12] and num(r[13]) + PUBLISHING > now then return { 'BUSY', r[3], num(r[13]) + PUBLISHING - now } end
  local done = call('HMGET', KEYS[1], 'out', 'res', 'ldup')
  if done[3] ~= ARGV[2] then
    touch()
    call('HSET', KEYS[1], 'ldup', ARGV[2])
    call('HINCRBY', KEYS[1], 'dups', 1)
    note('duplicate', ARGV[3], r[3], who)
  end
  return { 'DUPLICATE', r[3], r[10] or '', done[1], done[2], r[12] }
elseif st == 'P' then
  return parked()
elseif st == 'H' then
  if other then return { 'BUSY', r[3], ARGV[6] } end
  if att < num(r[8]) then
    if r[12] and num(r[13]) + PUBLISHING > now then return { 'BUSY', r[3], num(r[13]) + PUBLISHING - now } end
    return { 'STALE_ATTEMPT', r[3], r[8], r[12] }
  end
  if att == num(r[8]) and r[9] and r[9] ~= '' and r[9] ~= ARGV[4] then return conflict() end
elseif st == 'R' then
  local current = num(r[4])
  if not other then
    if att < current then return { 'STALE_ATTEMPT', r[3], r[4] } end
    if att == current and r[5] ~= ARGV[4] then return conflict() end
  end
  if r[2] == ARGV[2] and att == current then              -- my own claim again: its reply was lost
    touch()
    call('HSET', KEYS[1], 'exp', now + ARGV[6], 'ct' .. ARGV[3], now)
    return { 'GRANTED', r[3], r[7], now, n, generation }
  end
  local left = num(r[6]) - now
  if left <= 0 then left = (grace or num(call('HGET', KEYS[2], 'grace'))) - now end
  -- Only an equal copy may take over from a vanished owner of another id.
  if left <= 0 and other and (att ~= current or ARGV[4] ~= r[5] or ARGV[4] ~= r[11]) then left = tonumber(ARGV[6]) end
  if left > 0 then
    if grace then touch() end                             -- remember the grace window
    return { 'BUSY', r[3], left }
  end
  if park then
    touch()
    call('HSET', KEYS[1], 'st', 'P')
    note('parked', ARGV[3], r[3], ARGV[9])
    return parked()
  end
  if att == current then
    ran = 1
    -- The tenure that was lost first did not record its start; those after it did.
    if num(call('HGET', KEYS[1], 'starts')) + 1 >= tonumber(ARGV[10]) then ran = 3 end
  end
elseif string.byte(ARGV[8], 2) == 49 then
  local doubt = call('HMGET', KEYS[2], 'unsafe', 'loss')
  if num(doubt[1]) > now then return { 'UNSAFE', num(doubt[1]) - now } end
  if num(doubt[2]) > now then
    if park then return { 'HELD_AFTER_LOSS' } end
    ran = 2
  end
end
tk = math.max(tk + 1, now * 1000)                         -- grows for ever, also across a loss of data: the clock carries it
touch()
if freed then
  local earlier = (call('HGET', KEYS[1], 'rel') or '') .. r[10] .. '\n'
  call('HSET', KEYS[1], 'rel', string.sub(earlier, -4000))
  if r[11] ~= ARGV[4] then                                -- other work than before: its steps are not ours
    for _, field in ipairs(call('HKEYS', KEYS[1])) do
      if string.sub(field, 1, 2) == 's:' then call('HDEL', KEYS[1], field) end
    end
  end
  call('HDEL', KEYS[1], 'out', 'cat', 'res', 'w', 'free', 'fu', 'fat', 'natt', 'nfp', 'starts', 'stok', 'htok')
elseif st == 'H' then
  call('HDEL', KEYS[1], 'fu', 'fat')                      -- this attempt is here, so its message was published
elseif st == 'R' and ran == 0 then
  call('HDEL', KEYS[1], 'starts', 'stok')
end
if (st and not freed) or ARGV[5] == '' then
  call('HSET', KEYS[1], 'st', 'R', 'nonce', ARGV[2], 'tok', tk, 'att', ARGV[3], 'fp', ARGV[4], 'exp', now + ARGV[6],
    'ran', ran, 'own', ARGV[9], 'ct' .. ARGV[3], now)
else
  call('HSET', KEYS[1], 'st', 'R', 'nonce', ARGV[2], 'tok', tk, 'att', ARGV[3], 'fp', ARGV[4], 'exp', now + ARGV[6],
    'ran', ran, 'own', ARGV[9], 'ct' .. ARGV[3], now, 'id0', ARGV[5], 'fp0', ARGV[4])
end
if ran ~= 0 then note(ran == 3 and 'poison' or 'takeover', ARGV[3], tk, ARGV[9]) end
call('PEXPIRE', KEYS[1], ARGV[7])
return { 'GRANTED', tk, ran, now, n, generation }
