-- Requests the paths of the file $BENCH_PATHS in turn, from a random one on, with the bearer token $BENCH_TOKEN.
local requests, count, at = {}, 0, 0

function init()
  math.randomseed(12345)
  local headers = { ["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN"), ["Accept"] = "application/json" }
  for path in io.lines(os.getenv("BENCH_PATHS")) do
    count = count + 1
    requests[count] = wrk.format("GET", path, headers)
  end
  at = math.random(0, count - 1)
end

function request()
  at = at % count + 1
  return requests[at]
end
