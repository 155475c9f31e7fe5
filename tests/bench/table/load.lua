-- Asks for the paths of a file in turn, and says how that went in one line.

local requests, turn = {}, 0

function init(arguments)
  for path in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  for kind, count in pairs(errors) do
    if count > 0 then
      io.write(string.format("FAILED %d of %d requests: %s\n", count, summary.requests, kind))
    end
  end
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
