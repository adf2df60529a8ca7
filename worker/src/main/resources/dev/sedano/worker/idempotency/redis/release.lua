-- Gives a claim back whose handler surely never started.
-- KEYS  1 record  2 health
-- ARGV  1 nonce
-- Reply OK counter generation | NOT_MINE
-- Atomic because the claim may be taken over between a look and a write.
local r = call('HMGET', KEYS[1], 'st', 'nonce', 'ran', 'att', 'natt', 'nb', 'was', 'tok', 'stok')
if r[1] ~= 'R' or r[2] ~= ARGV[1] then return { 'NOT_MINE' } end
touch()
if r[8] == r[9] then                                      -- its start was recorded, and nothing started: that is no crash
  call('HDEL', KEYS[1], 'stok')
  call('HINCRBY', KEYS[1], 'starts', -1)
end
if r[3] == '0' and r[4] == r[5] then                      -- back to the hand-off, or an old copy would run again
  call('HSET', KEYS[1], 'st', 'H', 'nonce', '')
elseif r[3] == '0' and r[4] ~= '0' then                   -- a later attempt proves that the earlier ones were handed off
  call('HSET', KEYS[1], 'st', 'H', 'nonce', '', 'natt', r[4], 'nfp', '')
  call('HDEL', KEYS[1], 'was')
elseif r[3] ~= '0' then                                   -- somebody may have run: keep that knowledge
  call('HSET', KEYS[1], 'exp', 0, 'nonce', '')
elseif r[7] then                                          -- back to the failed run that gave the key free, and to its ids
  call('HDEL', KEYS[1], 'nonce', 'tok', 'att', 'fp', 'exp', 'ran', 'own', 'ct' .. r[4], 'id0', 'fp0', 'rel', 'was')
  call('HSET', KEYS[1], unpack(cmsgpack.unpack(r[7])))
elseif r[6] then                                          -- nobody ran, but blocked deliveries wait for a verdict
  call('HDEL', KEYS[1], 'st', 'nonce', 'tok', 'att', 'fp', 'exp', 'ran', 'own', 'ct' .. r[4], 'id0', 'fp0')
else
  call('DEL', KEYS[1])
end
return { 'OK', n, generation }
