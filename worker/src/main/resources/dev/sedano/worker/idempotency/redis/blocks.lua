-- Second part of the scripts that settle blocked deliveries. KEYS[3] maps a block's id to 'attempt:blocked at' while it
-- is pending and to 'F:attempt:delay' or 'T:attempt:0' once decided. The health record counts fp, tp and fpms.
-- Settles what waits for attempts up to att; claimed = claim time of the tenure that completed att. A block is a false
-- positive if and only if the winning tenure was granted after it. Appends id, verdict, delay ms, 1 to list.
local function settle(att, claimed, list)
  local all = redis.call('HGETALL', KEYS[3])
  for i = 1, #all, 2 do
    local a, at = string.match(all[i + 1], '^(%d+):(%d+)$')
    if a and tonumber(a) <= att then
      local won = claimed
      if tonumber(a) < att then won = num(redis.call('HGET', KEYS[1], 'ct' .. a)) end
      local delay = math.max(0, won - tonumber(at))
      local verdict = 'T'
      if delay > 0 then verdict = 'F' end
      redis.call('HSET', KEYS[3], all[i], string.format('%s:%s:%.0f', verdict, a, delay))
      redis.call('HINCRBY', KEYS[2], verdict == 'F' and 'fp' or 'tp', 1)
      if delay > 0 then redis.call('HINCRBY', KEYS[2], 'fpms', delay) end
      list[#list + 1] = all[i]; list[#list + 1] = verdict; list[#list + 1] = delay; list[#list + 1] = 1
    end
  end
  return list
end
-- Appends id, verdict, delay ms, 0 for what is decided already: for replays, which must not count again.
local function settled(att, list)
  local all = redis.call('HGETALL', KEYS[3])
  for i = 1, #all, 2 do
    local verdict, a, delay = string.match(all[i + 1], '^([FT]):(%d+):(%d+)$')
    if verdict and tonumber(a) <= att then
      list[#list + 1] = all[i]; list[#list + 1] = verdict; list[#list + 1] = tonumber(delay); list[#list + 1] = 0
    end
  end
  return list
end
