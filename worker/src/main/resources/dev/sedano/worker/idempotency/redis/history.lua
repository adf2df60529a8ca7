-- Part of the scripts that remember what is out of the ordinary. The record's field ev holds one line for each event,
-- 'ms event attempt token who', the last 30; the plain course of a task (claim, completion) is in fields of its own.
local function note(event, att, token, who)
  local lines = (call('HGET', KEYS[1], 'ev') or '')
    .. string.format('%.0f %s %s %.0f %s\n', now, event, att, num(token), string.sub(string.gsub(who, '[%c ]', '?'), 1, 100))
  local _, count = string.gsub(lines, '\n', '')
  for _ = 31, count do lines = string.sub(lines, string.find(lines, '\n', 1, true) + 1) end
  call('HSET', KEYS[1], 'ev', lines)
end
