-- Sixteen requests in one write.
init = function(args)
  local one = wrk.format("GET", "/")
  requests = string.rep(one, 16)
end

request = function()
  return requests
end
