-- Writes down what a person does to a copy in the broker; the record's state stays.
-- KEYS  1 record  2 health  3 blocked  4 audit
-- ARGV  1 who  2 action  3 key  4 detail
-- Reply OK state ('' = absent)
-- Atomic because the history has one line per event, whoever writes.
local r = call('HMGET', KEYS[1], 'st', 'att')
touch()
if r[1] then call('HSET', KEYS[1], 'ev', history(r[2], tk)) end
audit(r[1])
return { 'OK', r[1] or '' }
