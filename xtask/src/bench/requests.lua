-- Sends the requests of a file, one after the other and from the first again: each line is the method, the
-- path, a header and a body, with tabs in between. Says at the end what has come of them, as JSON.

local requests, next_request = {}, 0

function init(arguments)
    for line in io.lines(arguments[1]) do
        local method, path, name, value, body = line:match("^(.-)\t(.-)\t(.-): (.-)\t(.*)$")
        if body == "" then body = nil end
        requests[#requests + 1] = wrk.format(method, path, { [name] = value }, body)
    end
end

function request()
    next_request = next_request % #requests + 1
    return requests[next_request]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests":%d,"microseconds":%d,"refused":%d,"broken":%d,"p50":%d,"p99":%d}\n',
        summary.requests, summary.duration, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
