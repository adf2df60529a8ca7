-- Part of the scripts that write a caller's result. KEYS[4] = result key, which is also its channel.
-- W(rite), S(uccess is stored already, nothing is sent), T(ype is foreign: publish only), - (nothing to write).
local function writable()
  if not KEYS[4] then return '-' end
  local head = redis.pcall('GETRANGE', KEYS[4], 0, 19)
  if type(head) == 'table' then
    if not string.find(head.err, 'WRONGTYPE', 1, true) then return nil, head end
    return 'T'
  end
  if is_success(KEYS[4], head) then return 'S' end
  return 'W'
end
local function write(how, body, ttl)
  if how == 'W' then
    if ttl == '0' then call('SET', KEYS[4], body) else call('SET', KEYS[4], body, 'PX', ttl) end
  elseif how ~= '-' then
    call('HSET', KEYS[1], 'w', how)
  end
  if how == 'W' or how == 'T' then call('PUBLISH', KEYS[4], body) end
end
