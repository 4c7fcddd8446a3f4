# What the image commands ask of an image's config, in jq's language.

def line($key): "\($key) \(tostring | gsub("\\\\"; "\\\\") | gsub("\n"; "\\n"))";
def lines($key): (. // [])[] | line($key);

# A date, or the beginning of time if it is none.
def date: . // "" | if try (.[0:19] + "Z" | fromdateiso8601 | true) catch false then . else "1970-01-01T00:00:00Z" end;

# The config in words, one `key value` a line: what `box run` reads, without knowing JSON.
def words:
  (.created | date | line("created")),
  (.rootfs.diff_ids | map(ltrimstr("sha256:")) | lines("layer")),
  (.config // {} | (
    (.Env | lines("env")),
    (.WorkingDir // "" | if . == "" then "/" else . end | line("workdir")),
    (.User // "" | if . == "" then "0" else . end | line("user")),
    (.Entrypoint | lines("entrypoint")),
    (.Cmd | lines("command")),
    (.ExposedPorts // {} | keys | lines("expose")),
    (.StopSignal // empty | line("stopsignal"))
  ));

# The config after one step more.
def step($now; $created_by; $diff_id; change):
  del(.id, .parent, .comment, .container, .container_config)
  | .created = $now
  | .history += [{created: $now, created_by: $created_by} + if $diff_id == "" then {empty_layer: true} else {} end]
  | if $diff_id == "" then . else .rootfs.diff_ids += ["sha256:" + $diff_id] end
  | change;

# Its steps, the last first: date, layer, command, comment. A step without a layer has none of the layers; the
# others have one each, in their order.
def steps:
  .rootfs.diff_ids as $layers
  | reduce (.history // [])[] as $step ({rows: [], used: 0};
      .rows += [[
        ($step.created | date),
        (if $step.empty_layer then "" else $layers[.used] // "" | ltrimstr("sha256:") end),
        ($step.created_by, $step.comment | . // "" | gsub("[[:cntrl:]]"; " "))
      ]]
      | .used += if $step.empty_layer then 0 else 1 end)
  | .rows | reverse[];
