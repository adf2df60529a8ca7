-- Second part of the scripts that settle blocked deliveries. KEYS[3] maps a block's id to 'attempt:blocked at' while it
-- is pending and to 'F:attempt:delay:by' or 'T:attempt:0:by' once decided, by = the
-- token of the completion that decided it, or r for its own report: only that caller counts it, also if only a repetition of
-- its call is answered. The health record counts fp, tp and fpms.
-- Settles what waits for attempts up to att; claimed = claim time of the tenure that completed att. A block is a false
-- positive if and only if the winning tenure was granted after it. Appends id, verdict, delay ms, 1 to list. With only,
-- just that block: what is settled must be handed out, or nobody would count it.
local function settle(att, claimed, list, only)
  local all = call('HGETALL', KEYS[3])
  for i = 1, #all, 2 do
    local a, at = string.match(all[i + 1], '^(%d+):(%d+)$')
    if a and tonumber(a) <= att and (not only or only == all[i]) then
      local won = claimed
      if tonumber(a) < att then won = num(call('HGET', KEYS[1], 'ct' .. a)) end
      local delay = math.max(0, won - tonumber(at))
      local verdict = 'T'
      if delay > 0 then verdict = 'F' end
      call('HSET', KEYS[3], all[i], string.format('%s:%s:%.0f:%s', verdict, a, delay, only and 'r' or ARGV[1]))
      call('HINCRBY', KEYS[2], verdict == 'F' and 'fp' or 'tp', 1)
      if delay > 0 then call('HINCRBY', KEYS[2], 'fpms', delay) end
      list[#list + 1] = all[i]; list[#list + 1] = verdict; list[#list + 1] = delay; list[#list + 1] = 1
    end
  end
  return list
end
-- Appends id, verdict, delay ms and whether this token decided it, for what is decided already: the reply of a completion
-- may be lost, and then its repetition must tell what to count.
local function settled(att, list)
  local all = call('HGETALL', KEYS[3])
  for i = 1, #all, 2 do
    local verdict, a, delay, by = string.match(all[i + 1], '^([FT]):(%d+):(%d+):(.*)$')
    if verdict and tonumber(a) <= att then
      list[#list + 1] = all[i]; list[#list + 1] = verdict; list[#list + 1] = tonumber(delay); list[#list + 1] = by == ARGV[1] and 1 or 0
    end
  end
  return list
end
-- Whether the blocked deliveries can be settled: not when something else took their key. An outcome is worth more.
local function countable()
  local kind = call('TYPE', KEYS[3]).ok
  return kind == 'hash' or kind == 'none'
end
