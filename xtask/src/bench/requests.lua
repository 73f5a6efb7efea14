-- Sends the requests of a file, one after the other and from the first again: each line is the method, the
-- path, headers with "|" in between and a body, with tabs in between. Says at the end what has come of
-- them, as JSON.
--
-- Its arguments are the file, how many requests a second it sends (0 for as many as are answered), how many
-- connections there are, and which status is a right answer besides those of success (0 for none).
--
-- At a rate, the requests have a schedule. Whichever connection is free takes the next place in it, and
-- waits until its time has come. What a server that stands still misses is not sent later: `wrk` counts it
-- among the latencies, as if each had been sent at its time, by the mean interval of a connection.

local ffi = require("ffi")
ffi.cdef [[
    typedef struct { long seconds; long nanoseconds; } clock_instant;
    int clock_gettime(int clock, clock_instant *instant);
]]

local requests, next_request = {}, 0
local threads = {}

function setup(thread)
    threads[#threads + 1] = thread
end

local instant = ffi.new("clock_instant")

-- Of a clock that nobody sets.
local function milliseconds()
    ffi.C.clock_gettime(1, instant)
    return tonumber(instant.seconds) * 1e3 + tonumber(instant.nanoseconds) / 1e6
end

local function keep_rate(rate, connections)
    local interval = 1e3 / rate
    local due = milliseconds()
    function delay()
        local now = milliseconds()
        due = due + interval
        if due < now - interval * connections then due = now end
        return math.max(0, math.floor(due - now + 0.5))
    end
end

function init(arguments)
    for line in io.lines(arguments[1]) do
        local method, path, listed, body = line:match("^(.-)\t(.-)\t(.-)\t(.*)$")
        local headers = {}
        for name, value in listed:gmatch("([^:|]+): ([^|]+)") do headers[name] = value end
        if body == "" then body = nil end
        requests[#requests + 1] = wrk.format(method, path, headers, body)
    end
    local rate, connections = tonumber(arguments[2]), tonumber(arguments[3])
    if rate > 0 then keep_rate(rate, connections) end
    local right = tonumber(arguments[4])
    refused_rightly = 0
    if right > 0 then
        function response(status)
            if status == right then refused_rightly = refused_rightly + 1 end
        end
    end
end

function request()
    next_request = next_request % #requests + 1
    return requests[next_request]
end

function done(summary, latency)
    local errors = summary.errors
    local rightly = 0
    for _, thread in ipairs(threads) do rightly = rightly + thread:get("refused_rightly") end
    io.write(string.format(
        '\n{"requests":%d,"microseconds":%d,"refused":%d,"broken":%d,"p50":%d,"p95":%d,"p99":%d}\n',
        summary.requests, summary.duration, errors.status - rightly,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50), latency:percentile(95), latency:percentile(99)))
end
