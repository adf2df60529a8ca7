-- Second part of the operators' scripts: what a person did is written down in the same step as it is done.
-- KEYS[4] = audit, a list of JSON lines, newest first. ARGV[1] who, ARGV[2] what, ARGV[3] the key, ARGV[4] why or how.
local function audit(before)
  call('LPUSH', KEYS[4], string.format('{"time":%.0f,"who":%s,"action":%s,"key":%s,"detail":%s}', now, cjson.encode(ARGV[1]),
    cjson.encode(ARGV[2]), cjson.encode(ARGV[3]), cjson.encode('was ' .. (before or 'absent') .. (ARGV[4] == '' and '' or '; ' .. ARGV[4]))))
  call('LTRIM', KEYS[4], 0, 9999)
end
-- The record's history with one more line, at most 30. With ends, a tenure ends here, and its claim, which only fields of
-- its own told, becomes a line, too: the next claim overwrites them.
local function history(attempt, token, ends)
  local ev, lines = call('HGET', KEYS[1], 'ev') or '', {}
  for line in string.gmatch(ev, '[^\n]+') do lines[#lines + 1] = line end
  local r = ends and call('HMGET', KEYS[1], 'ct' .. attempt, 'tok', 'own') or {}
  if r[1] and r[3] and not string.find('\n' .. ev, '\n' .. r[1] .. ' ', 1, true) then
    lines[#lines + 1] = string.format('%s claim %s %s %s', r[1], attempt, r[2], r[3])
  end
  while #lines > 29 do table.remove(lines, 1) end
  lines[#lines + 1] = string.format('%.0f %s %s %.0f %s', now, ARGV[2], attempt or '-', token, ARGV[1])
  return table.concat(lines, '\n') .. '\n'
end
-- Who surely or possibly runs the key now, and for how many ms more; nil if nobody.
local function live(r)
  if r[1] ~= 'R' then return nil end
  local left = num(r[2]) - now
  -- After a silence of the store the owner may be alive and not yet back: the grace window is its time to renew.
  if left <= 0 then left = (grace or num(call('HGET', KEYS[2], 'grace'))) - now end
  if left <= 0 then return nil end
  if grace then touch() end
  return { 'LIVE', r[3] or '', left }
end
