-- For wrk: the paths of a file, one after the other. Says in JSON what came of it.
local requests, at = {}, 0

function init(args)
  for path in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, _)
  local e = summary.errors
  io.write(string.format(
    '{"rate":%.1f,"p50":%.3f,"p99":%.3f,"bytes":%.1f,"errors":%d}\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.bytes / math.max(1, summary.requests), e.connect + e.read + e.write + e.status + e.timeout))
end
