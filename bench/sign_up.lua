-- One sign-up a request, each by another worker. Arguments: a file with lines "path \t cookie \t body", the threads' number.
-- A confirmed sign-up answers 302; anything else is counted apart.
local threads = {}

function setup(thread)
  thread:set("id", #threads)
  table.insert(threads, thread)
end

function init(args)
  lines, step = {}, tonumber(args[2])
  for line in io.lines(args[1]) do
    local path, cookie, body = line:match("^(.-)\t(.-)\t(.*)$")
    table.insert(lines, { path = path, cookie = cookie, body = body })
  end
  position, confirmed, other = id + 1, 0, 0
end

function request()
  local line = lines[position]
  if not line then
    wrk.thread:stop()
    return wrk.format("GET", "/robots.txt")
  end
  position = position + step
  local headers = { ["Cookie"] = line.cookie, ["Content-Type"] = "application/x-www-form-urlencoded" }
  return wrk.format("POST", line.path, headers, line.body)
end

function response(status)
  if status == 302 then confirmed = confirmed + 1 else other = other + 1 end
end

function done(summary, latency)
  local confirmed, other = 0, 0
  for _, thread in ipairs(threads) do
    confirmed = confirmed + thread:get("confirmed")
    other = other + thread:get("other")
  end
  io.write(string.format('RESULT {"confirmed": %d, "other": %d, "p50_ms": %.1f, "p99_ms": %.1f}\n',
    confirmed, other, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
