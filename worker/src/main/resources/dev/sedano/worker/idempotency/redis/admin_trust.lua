-- Ends the windows in which redelivered copies without a record are held, parked or announced after a loss of data.
-- KEYS  1, 2 health  3 health again (no key has blocks here)  4 audit
-- ARGV  1 who  2 action  3 ''  4 detail
-- Reply OK unsafe ms that were left, loss ms that were left | NO_EPOCH
-- Atomic because a hello may open the windows between a look and a write.
if not epoch then return { 'NO_EPOCH' } end
local x = call('HMGET', KEYS[2], 'unsafe', 'loss')
touch()
call('HSET', KEYS[2], 'unsafe', 0, 'loss', 0)
local unsafe, loss = math.max(0, num(x[1]) - now), math.max(0, num(x[2]) - now)
audit(string.format('unsafe for %.0f ms, loss for %.0f ms', unsafe, loss))
return { 'OK', unsafe, loss }
