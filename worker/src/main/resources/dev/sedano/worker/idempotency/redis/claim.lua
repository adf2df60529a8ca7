-- Asks for the right to run one attempt of a key.
-- KEYS  1 record  2 health
-- ARGV  1 epoch:generation  2 nonce  3 attempt  4 fingerprint  5 task id ('' = the key is the task id)  6 lease ms  7 keep ms
--       8 flags: P(ark) or R(erun), then redelivered 0|1  9 owner's label  10 most crashes
-- Reply GRANTED token ran now counter generation | BUSY token ms | DUPLICATE token id0 outcome result|nil follow-ups|nil
--       | STALE_ATTEMPT token next follow-ups|nil | FOLLOW_UPS token follow-ups (publish and settle them, then ask again)
--       | CONFLICT token 1|0 (with another id) | PARKED token owner started step | UNSAFE ms | HELD_AFTER_LOSS | HELLO_FIRST | NO_EPOCH
--       ran: 0 nobody ran before, 1 an earlier tenure may have, 2 the store lost data, 3 as 1, and too often
-- Record: st R(unning) H(anded off) C(ompleted) P(arked), nonce, tok(en), att(empt), fp, exp (end of the lease), ran, own,
--       ct<attempt> (claim time), natt and nfp (what a hand-off expects), id0 and fp0 (whose an explicit key is: id and first
--       payload; a taker's id takes its place), ids (all that claimed it, if more than one), fu and fat (follow-ups not
--       confirmed yet, and since when), starts (recorded starts without an end), free (a failed run gave its key free), rel
--       (the ids of such earlier lives), was (the life before this one, until this one starts), dups, s:<step>, ns, ls, ev
-- Atomic because two deliveries of one key must not both find it free.
if not epoch then return { 'NO_EPOCH' } end
if epoch .. ':' .. generation ~= ARGV[1] then return { 'HELLO_FIRST' } end
-- Whoever recorded follow-ups is most likely publishing them: only after this many ms does a copy do it in its place.
local PUBLISHING = 10000
-- Most keys are new: look for the state alone first.
local r = call('HGET', KEYS[1], 'st')
  and call('HMGET', KEYS[1], 'st', 'nonce', 'tok', 'att', 'fp', 'exp', 'ran', 'natt', 'nfp', 'id0', 'fp0', 'fu', 'fat', 'free',
    'rel', 'ids') or {}
local st, att, ran, freed = r[1], tonumber(ARGV[3]), 0, false
local park = string.byte(ARGV[8], 1) == 80
-- Another task with the same explicit key: it has no attempt in common with the first, so only first payloads compare.
local other = r[10] and ARGV[5] ~= '' and r[10] ~= ARGV[5]
local who = ARGV[5] ~= '' and ARGV[5] or ARGV[9]
local function among(ids) return ids and string.find('\n' .. ids, '\n' .. ARGV[5] .. '\n', 1, true) end
-- The answer while the follow-ups of whoever ended last are most likely being published; nil when they are not, or no more.
local function publishing()
  if r[12] and num(r[13]) + PUBLISHING > now then return { 'BUSY', r[3], num(r[13]) + PUBLISHING - now } end
end
local function conflict()
  touch()
  note('conflict', ARGV[3], r[3], who)
  return { 'CONFLICT', r[3], other and not among(r[16]) and 1 or 0 }
end
local function parked()
  local p = call('HMGET', KEYS[1], 'own', 'ct' .. r[4], 'ls')
  return { 'PARKED', r[3], p[1] or '', p[2] or '0', p[3] or '' }
end
if other and among(r[15]) then
  -- An old copy of an id whose run failed and gave the key free: whatever became of the key since, this id has run.
  if st ~= 'C' then return { 'STALE_ATTEMPT', r[3], r[4] } end
  return publishing() or { 'STALE_ATTEMPT', r[3], r[4], r[12] }
elseif st == 'C' and r[14] and other and not among(r[16]) then
  -- Free for this id, once what followed the failure is published: its owner may be gone, and then nobody else would.
  if r[12] then return publishing() or { 'FOLLOW_UPS', r[3], r[12] } end
  freed = true
elseif st == 'C' then
  local differs
  if other then differs = r[11] ~= ARGV[4] else differs = r[4] == ARGV[3] and r[5] ~= ARGV[4] end
  if differs then return conflict() end
  local busy = publishing()
  if busy then return busy end
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
    return publishing() or { 'STALE_ATTEMPT', r[3], r[8], r[12] }
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
  if park and call('HGET', KEYS[1], 'again') ~= '1' then  -- an operator's release lets it start once
    touch()
    call('HSET', KEYS[1], 'st', 'P')
    note('parked', ARGV[3], r[3], ARGV[9])
    return parked()
  end
  if att == current then
    ran = 1
    -- The tenure that was lost first did not record its start; those after it did. Without one recorded start it may be a
    -- neighbour of what killed the worker, claimed and never started.
    local starts = num(call('HGET', KEYS[1], 'starts'))
    if starts >= 1 and starts + 1 >= tonumber(ARGV[10]) then ran = 3 end
  end
end
-- After a loss of data a redelivered copy may have run, whatever an old record says: it may have gone back in time.
if ran == 0 and string.byte(ARGV[8], 2) == 49 then
  local doubt = call('HMGET', KEYS[2], 'unsafe', 'loss')
  if num(doubt[1]) > now then return { 'UNSAFE', num(doubt[1]) - now } end
  if num(doubt[2]) > now then
    if park then return { 'HELD_AFTER_LOSS' } end
    ran = 2
  end
end
tk = math.max(tk + 1, now * 1000)                         -- grows for ever, also across a loss of data: the clock carries it
touch()
local first = ARGV[5] ~= '' and (not st or freed or other)
if freed then
  -- The life that ended is set aside, for a release would bring it back. Steps of the same work stay.
  local all, was, same = call('HGETALL', KEYS[1]), {}, r[11] == ARGV[4]
  for i = 1, #all, 2 do
    local field = all[i]
    local step = field == 'ns' or field == 'ls' or string.sub(field, 1, 2) == 's:'
    if not (step and same) and field ~= 'nb' and field ~= 'dups' and field ~= 'ldup' and field ~= 'ev' then
      was[#was + 1] = field; was[#was + 1] = all[i + 1]
      call('HDEL', KEYS[1], field)
    end
  end
  call('HSET', KEYS[1], 'was', cmsgpack.pack(was), 'rel', string.sub((r[15] or '') .. (r[16] or r[10] .. '\n'), -4000))
elseif st == 'H' then
  call('HDEL', KEYS[1], 'fu', 'fat')                      -- this attempt is here, so its message was published
elseif st == 'R' then
  if att ~= num(r[4]) then call('HDEL', KEYS[1], 'starts', 'stok') end
  if other then                                           -- the taker's retries must find their own id
    local ids = r[16] or r[10] .. '\n'
    if not among(ids) then ids = ids .. ARGV[5] .. '\n' end
    call('HSET', KEYS[1], 'ids', string.sub(ids, -4000))
  end
end
if first then
  call('HSET', KEYS[1], 'st', 'R', 'nonce', ARGV[2], 'tok', tk, 'att', ARGV[3], 'fp', ARGV[4], 'exp', now + ARGV[6],
    'ran', ran, 'own', ARGV[9], 'ct' .. ARGV[3], now, 'id0', ARGV[5], 'fp0', ARGV[4])
else
  call('HSET', KEYS[1], 'st', 'R', 'nonce', ARGV[2], 'tok', tk, 'att', ARGV[3], 'fp', ARGV[4], 'exp', now + ARGV[6],
    'ran', ran, 'own', ARGV[9], 'ct' .. ARGV[3], now)
end
if ran ~= 0 then note(ran == 3 and 'poison' or 'takeover', ARGV[3], tk, ARGV[9]) end
call('PEXPIRE', KEYS[1], ARGV[7])
return { 'GRANTED', tk, ran, now, n, generation }
