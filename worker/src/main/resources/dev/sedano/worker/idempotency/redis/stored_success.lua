-- Part of the scripts that write a caller's result, which never replaces a SUCCESS.
-- Whether the value of a key, of which head is the first 20 bytes, is a stored SUCCESS: in JSON (and YAML as Sedano writes it), in
-- msgpack, or in YAML as Celery writes it, with its fields in the order of their names. A compressed one cannot be told.
local function is_success(key, head)
  if head == '{"status": "SUCCESS"' or string.sub(head, 1, 19) == '{"status":"SUCCESS"'
      or string.sub(head, 2, 16) == '\166status\167SUCCESS' then return true end
  return string.sub(head, 1, 10) == 'children: '
    and string.find(redis.call('GET', key), '\nstatus: SUCCESS\n', 1, true) ~= nil
end
