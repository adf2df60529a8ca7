-- Says who this worker is and what it knew; answers what the data set is, and whether it lost something.
-- KEYS  1, 2 health
-- ARGV  1 epoch known ('' = none)  2 generation known (0 = not to this server yet)  3 highest write counter seen  4 server identity (run_id|master_replid)
--       5 epoch for a new data set  6 unsafe window ms  7 loss horizon ms
-- Reply CREATED | OK | SWITCHED | ROLLBACK | AMNESIA, epoch, generation, counter, unsafe ms left, loss ms left, now
-- Atomic because two workers that meet an empty store must agree on one epoch.
local x = redis.call('HMGET', KEYS[2], 'rid', 'nsw', 'unsafe', 'loss')
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
touch()
if verdict ~= 'OK' then
  redis.call('HSET', KEYS[2], 'e', epoch, 'g', gen, 'rid', rid, 'nsw', nsw, 'unsafe', unsafe, 'loss', loss)
end
return { verdict, epoch, gen, n, math.max(0, unsafe - now), math.max(0, loss - now), now }
