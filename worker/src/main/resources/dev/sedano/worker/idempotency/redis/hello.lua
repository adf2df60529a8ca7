-- Says who this worker is and what it knew; answers what the data set is, and whether it lost something.
-- KEYS  1, 2 health  3 workers: id -> 'generation:store time' of the last hello
-- ARGV  1 epoch known ('' = none)  2 generation known (0 = not to this server yet)  3 highest write counter seen  4 server identity (run_id|master_replid)
--       5 epoch for a new data set  6 unsafe window ms  7 loss horizon ms  8 worker id
--       9 gap ms  10 grace ms: what this worker's lease needs ('' or absent = it does not say)
-- Reply CREATED | OK | SWITCHED | ROLLBACK | AMNESIA, epoch, generation, counter, unsafe ms left, loss ms left, now, revocations
-- Atomic because two workers that meet an empty store must agree on one epoch.
local x = call('HMGET', KEYS[2], 'rid', 'nsw', 'unsafe', 'loss', 'seen', 'rv')
local gen, rid, nsw, unsafe, loss = num(generation), x[1], num(x[2]), num(x[3]), num(x[4])
local verdict = 'OK'
if not epoch then
  epoch, gen, rid, nsw, unsafe, verdict = ARGV[5], 1, ARGV[4], 0, now + ARGV[6], 'CREATED'
  if ARGV[1] ~= '' then loss, verdict = now + ARGV[7], 'AMNESIA' end
else
  if rid ~= ARGV[4] then                                  -- another server process, or a promoted replica
    gen, rid, nsw, unsafe, verdict = gen + 1, ARGV[4], n, now + ARGV[6], 'SWITCHED'
  end
  if ARGV[1] ~= '' and ARGV[1] ~= epoch then
    loss, verdict = now + ARGV[7], 'AMNESIA'
  elseif ARGV[1] ~= '' and num(ARGV[3]) > nsw and (verdict == 'SWITCHED' or num(ARGV[2]) < gen) then
    loss, verdict = now + ARGV[7], 'ROLLBACK'             -- writes that this worker saw acknowledged are missing
  end
end
-- Roll call: the unsafe window is there for workers that saw writes which this data set lacks. It ends early when every
-- worker that was about when the server was last written to has said hello to the new one; a data set without a list of
-- workers cannot know, and keeps the whole window.
local seen = num(x[5])
if verdict == 'SWITCHED' then seen = last end
local gone, missing, known = {}, false, false
if unsafe > now or ARGV[2] == '0' then                   -- also when a worker is new, so that the list does not grow
  local all = call('HGETALL', KEYS[3])
  for i = 1, #all, 2 do
    local g, at = string.match(all[i + 1], '^(%d+):(%d+)$')
    if tonumber(at) < now - 3600000 then gone[#gone + 1] = all[i]
    elseif all[i] ~= ARGV[8] and tonumber(at) >= seen - 15000 and tonumber(g) < gen then missing = true end
    known = true
  end
end
touch()
if verdict ~= 'OK' then
  call('HSET', KEYS[2], 'e', epoch, 'g', gen, 'rid', rid, 'nsw', nsw, 'unsafe', unsafe, 'loss', loss, 'seen', seen)
end
if unsafe > now and seen > 0 and known and not missing then
  unsafe = now
  call('HSET', KEYS[2], 'unsafe', unsafe)
end
call('HSET', KEYS[3], ARGV[8], string.format('%.0f:%.0f', gen, now))
for i = 1, #gone do call('HDEL', KEYS[3], gone[i]) end
-- The shortest gap and the longest grace of the fleet hold for all. What nobody asked for in an hour is given up.
if (ARGV[9] or '') ~= '' then
  local held = call('HMGET', KEYS[2], 'gapms', 'gapat', 'gracems', 'graceat')
  for i, want in ipairs({ { 'gapms', 'gapat', num(ARGV[9]), -1 }, { 'gracems', 'graceat', num(ARGV[10]), 1 } }) do
    local have, age = tonumber(held[2 * i - 1] or ''), now - num(held[2 * i])
    if not have or (want[3] - have) * want[4] > 0 or age > 3600000 or (want[3] == have and age > 60000) then
      call('HSET', KEYS[2], want[1], want[3], want[2], now)
    end
  end
end
return { verdict, epoch, gen, n, math.max(0, unsafe - now), math.max(0, loss - now), now, num(x[6]) }
