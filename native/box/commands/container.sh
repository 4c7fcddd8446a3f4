# shellcheck shell=bash
# What `box run` notes of a container: containers/ID/state, one `key value` a line.

# need_container NAME_OR_ID: sets CONTAINER, its directory, CONTAINER_ID, CONTAINER_IMAGE, STATUS, COMMAND
# and LAYERS, or ends the command.
need_container() {
  local file key value found=()
  for file in "$STORE"/containers/*/state; do
    if grep --quiet --line-regexp --fixed-strings "name $1" "$file"; then
      found=("$file")
      break
    fi
    [[ ! $1 =~ ^[0-9a-f]+$ || $file != "$STORE/containers/$1"* ]] || found+=("$file")
  done
  ((${#found[@]})) || fail "Error response: No such container: $1"
  ((${#found[@]} == 1)) || fail "Error response: multiple IDs found with provided prefix: $1"
  CONTAINER=${found[0]%/state}
  CONTAINER_ID=${CONTAINER##*/}
  CONTAINER_IMAGE='' STATUS='' COMMAND=() LAYERS=()
  while read -r key value; do
    case $key in
      image) CONTAINER_IMAGE=$value ;;
      status) STATUS=$value ;;
      argument) COMMAND+=("$value") ;;
      layer) LAYERS+=("$value") ;;
    esac
  done < "${found[0]}"
}
