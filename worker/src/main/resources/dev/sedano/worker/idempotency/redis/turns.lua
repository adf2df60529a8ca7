-- Takes turns under a rate limit that all workers share (GCRA with turns that are taken ahead).
-- KEYS  1 when the task's next turn is free, in microseconds of the server's clock
-- ARGV  1 microseconds between two turns  2 most turns  3 how many microseconds ahead anybody takes turns  4 the same, now
-- Reply TURNS count us-until-the-first | NONE us-until-there-may-be-one
-- Atomic because two workers must not take the same turn.
local call = redis.call
local time = call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, most, ahead, within = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local kept = tonumber(call('GET', KEYS[1]) or '') or 0
-- Nobody could have taken more at this rate: the rate has changed, or the server's clock went back.
local free = math.min(math.max(kept, now), now + ahead + interval)
local function keep(micros) call('SET', KEYS[1], micros, 'PX', math.ceil((micros - now) / 1000)) end
if free - now > within then
  if free < kept then keep(free) end
  return { 'NONE', free - now - within }
end
local count = math.min(most, 1 + math.floor((now + within - free) / interval))
keep(free + count * interval)
return { 'TURNS', count, free - now }
