-- One claim a request, each by another worker, from files of cookies (a line each), one file a thread. Arguments: their stem,
-- the release's address, how many threads. When a thread's file is at its end, nothing more is asked but what keeps the
-- connections busy until the last receipt is there; then the thread stops and says so (wrk itself sleeps until it is told to end).
-- Lines are read when they are needed: memory stays flat.
local threads = {}

function setup(thread)
  thread:set("id", #threads)
  table.insert(threads, thread)
end

function init(args)
  file, address = io.open(args[1] .. "." .. id), args[2]
  received, refused, sent, over = 0, 0, 0, false
  tried = id ~= 0  -- wrk asks its first thread once beforehand, and throws that request away
  filler = wrk.format("GET", "/lane/empty")
  head = string.format("POST %s HTTP/1.1\r\nHost: %s\r\nAccept: application/json\r\nContent-Length: 0\r\nCookie: ",
    address, wrk.headers["Host"])
end

function request()
  if not tried then
    tried = true
    return filler
  end
  local line = not over and file:read("*l")
  if not line then
    over = true
    return filler
  end
  sent = sent + 1
  return head .. line .. "\r\n\r\n"  -- wrk.format would sort through the headers again for each of a million
end

function response(status)
  if status == 200 then received = received + 1 elseif status ~= 204 then refused = refused + 1 end
  if over and received + refused >= sent then
    io.stderr:write("DONE\n")
    io.stderr:flush()
    wrk.thread:stop()
  end
end

function done(summary, latency)
  local received, refused = 0, 0
  for _, thread in ipairs(threads) do
    received = received + thread:get("received")
    refused = refused + thread:get("refused")
  end
  local broken = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('RESULT {"received": %d, "refused": %d, "broken": %d, "p50_ms": %.2f, "p99_ms": %.2f}\n',
    received, refused, broken, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
