# shellcheck shell=bash
# The instructions that change only the config of an image, for `build` and for `commit --change`.

# change_config NAME ARGUMENTS: sets FILTER, the change in jq's language, VALUES, its values, and CREATED_BY,
# what `history` shows. On a mistake it is false, and MISTAKE says which.
change_config() {
  local name=$1 arguments=$2 word
  FILTER='' VALUES=() MISTAKE=''
  case $name in
    CMD | ENTRYPOINT)
      command_words "$arguments"
      VALUES=("${WORDS[@]}")
      ;;
    *)
      split_words "$arguments" || { MISTAKE='a quote is opened and not closed.'; return 1; }
      VALUES=("${WORDS[@]}")
      ;;
  esac
  case $name in
    CMD) FILTER='.config.Cmd = $ARGS.positional' ;;
    # The parent's CMD was meant for the parent's ENTRYPOINT.
    ENTRYPOINT) FILTER=".config.Entrypoint = \$ARGS.positional | if \"${CMD_SET:-}\" == \"\" then del(.config.Cmd) else . end" ;;
    ENV | LABEL)
      pairs || { MISTAKE="$name must be NAME=VALUE …, or NAME VALUE."; return 1; }
      case $name in
        ENV) FILTER='reduce $ARGS.positional[] as $pair (.; ($pair | sub("=.*"; "="; "m")) as $name
          | .config.Env = ((.config.Env // []) | map(select(startswith($name) | not)) + [$pair]))' ;;
        LABEL) FILTER='.config.Labels += ($ARGS.positional | map(capture("^(?<key>[^=]*)=(?<value>.*)$"; "m")) | from_entries)' ;;
      esac
      ;;
    EXPOSE)
      for word in "${VALUES[@]}"; do
        [[ $word =~ ^[0-9]+(/(tcp|udp))?$ ]] || { MISTAKE="invalid containerPort: $word"; return 1; }
      done
      FILTER='.config.ExposedPorts += ($ARGS.positional | map({key: (if contains("/") then . else . + "/tcp" end), value: {}}) | from_entries)'
      ;;
    *)
      ((${#VALUES[@]} == 1)) || [[ $name == MAINTAINER ]] || { MISTAKE="$name requires exactly one argument"; return 1; }
      case $name in
        USER) FILTER='.config.User = $ARGS.positional[0]' ;;
        STOPSIGNAL) FILTER='.config.StopSignal = $ARGS.positional[0]' ;;
        MAINTAINER) FILTER='.author = ($ARGS.positional | join(" "))' ;;
        WORKDIR)
          [[ ${VALUES[0]} == /* ]] || VALUES[0]=${WORKDIR:-/}/${VALUES[0]}
          VALUES[0]=$(realpath --canonicalize-missing --no-symlinks "${VALUES[0]}")
          FILTER='.config.WorkingDir = $ARGS.positional[0]'
          ;;
        *) MISTAKE="$name can't be a change of the config."; return 1 ;;
      esac
      ;;
  esac
  # shellcheck disable=SC2034
  CREATED_BY="/bin/sh -c #(nop)  $name $arguments"
}

# command_words ARGUMENTS: sets WORDS: the exec form as it stands, the shell form as a command of /bin/sh.
command_words() {
  json_words "$1" || WORDS=(/bin/sh -c "$1")
}

# VALUES as NAME=VALUE each; the old form `NAME VALUE` is one pair.
pairs() {
  local word
  if [[ ${VALUES[0]} != *=* ]]; then
    ((${#VALUES[@]} > 1)) || return 1
    word=${VALUES[*]:1}
    VALUES=("${VALUES[0]}=$word")
  fi
  for word in "${VALUES[@]}"; do
    [[ $word == ?*=* ]] || return 1
  done
}
