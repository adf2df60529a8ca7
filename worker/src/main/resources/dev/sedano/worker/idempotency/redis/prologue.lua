-- Shared first part of every script: the health record, the store's clock and the write counter.
-- KEYS[1] = record of the key, KEYS[2] = health record, KEYS[3] = blocked deliveries of the key (where given).
-- Numbers go to redis.call and into replies as Lua numbers, which Redis prints exactly up to 2^53; never through `..` or
-- tostring(), which print 1e15 as an exponent.
local num = function(x) return tonumber(x or '') or 0 end
local health = redis.call('HMGET', KEYS[2], 'last', 'off', 'n', 'tk', 'e', 'g')
local last, off, n, tk, epoch, generation = num(health[1]), num(health[2]), num(health[3]), num(health[4]), health[5], health[6]
-- The clock, in milliseconds, never goes back, even when the server's does. A step forward beyond the gap (also: nobody
-- wrote for so long, so the store or the fleet was away) opens a grace window in which no lease is taken over.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000) + off
local back, grace = now < last, nil
if back then
  off, now = off + last - now, last
elseif last > 0 and now - last > 1000 then
  local limits = redis.call('HMGET', KEYS[2], 'gapms', 'gracems')
  if now - last > (tonumber(limits[1] or '') or 15000) then grace = now + (tonumber(limits[2] or '') or 30000) end
end
-- The first write of every mutating script: HSET is refused as a whole when memory is out.
local function touch()
  n = n + 1
  if grace then redis.call('HSET', KEYS[2], 'last', now, 'n', n, 'tk', tk, 'off', off, 'grace', grace)
  elseif back then redis.call('HSET', KEYS[2], 'last', now, 'n', n, 'tk', tk, 'off', off)
  else redis.call('HSET', KEYS[2], 'last', now, 'n', n, 'tk', tk) end
end
