# An image's config in words, one `key value` a line: what `box run` reads, without knowing JSON.
def line($key): "\($key) \(tostring | gsub("\\\\"; "\\\\") | gsub("\n"; "\\n"))";
def lines($key): (. // [])[] | line($key);

($manifest | line("manifest")),
($image | line("image")),
(.created // "" | if try (.[0:19] + "Z" | fromdateiso8601 | true) catch false then . else "1970-01-01T00:00:00Z" end
  | line("created")),
($size | line("size")),
($parent | select(. != "") | line("parent")),
(.rootfs.diff_ids | map(ltrimstr("sha256:")) | lines("layer")),
(.config // {} | (
  (.Env | lines("env")),
  (.WorkingDir // "" | if . == "" then "/" else . end | line("workdir")),
  (.User // "" | if . == "" then "0" else . end | line("user")),
  (.Entrypoint | lines("entrypoint")),
  (.Cmd | lines("command")),
  (.ExposedPorts // {} | keys | lines("expose")),
  (.StopSignal // empty | line("stopsignal"))
))
