# shellcheck shell=bash
# The steps that write into the image without running a program of it: COPY and WORKDIR.

# A working directory that isn't there is made, as a layer.
step_WORKDIR() {
  change_config WORKDIR "$1" || fail_at "$LINE" "$MISTAKE"
  WORKDIR=${VALUES[0]}
  ! cached WORKDIR "$WORKDIR" || return 0
  local layer=''
  mount_parent
  resolve_in_image "$WORKDIR"
  if [[ ! -d $STAGING/merged$RESOLVED ]]; then
    mkdir -p "$STAGING/merged$RESOLVED"
    layer=$STAGING/upper
  fi
  unmount_image
  new_image "$PARENT_IMAGE" "$layer" "$CREATED_BY" "$FILTER" "${VALUES[@]}"
  keep
}

# step_COPY [--chown=USER:GROUP] SOURCE... DESTINATION
step_COPY() {
  local owner=0:0 destination sources=() digest arguments=$1
  while [[ $arguments == --* ]]; do
    case $arguments in
      --chown=*) owner=${arguments%%[[:space:]]*} && owner=${owner#--chown=} ;;
      *) fail_at "$LINE" "Unknown flag: ${arguments%%[[:space:]=]*}" ;;
    esac
    [[ $arguments != *[[:space:]]* ]] && arguments='' || arguments=${arguments#*[[:space:]]}
  done
  [[ $owner =~ ^[0-9]+(:[0-9]+)?$ ]] || fail_at "$LINE" "--chown wants numbers: --chown=1000:1000, not $owner"
  [[ $owner == *:* ]] || owner+=:$owner
  json_words "$arguments" || words "$arguments"
  ((${#WORDS[@]} >= 2)) || fail_at "$LINE" 'COPY requires at least two arguments, but only one was provided. Destination could not be determined.'
  destination=${WORDS[-1]}
  find_sources "${WORDS[@]:0:${#WORDS[@]}-1}"
  ((${#sources[@]} == 1)) || [[ $destination == */ ]] ||
    fail_at "$LINE" 'When using COPY with more than one source file, the destination must be a directory and end with a /'

  explain 'The digest of the files, their names and modes, not their times: is this step the same as before?' \
    "tar --create --sort=name --mtime=@0 ${sources[*]} | sha256sum"
  digest=$(tar --create --directory="$CONTEXT" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=posix \
    --pax-option='exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime,delete=mtime' -- "${sources[@]}" | sha256sum)
  ! cached COPY "$owner" "${digest%% *}" "${WORDS[@]}" || return 0
  copy_files
  new_image "$PARENT_IMAGE" "$STAGING/upper" "/bin/sh -c #(nop) COPY ${sources[*]} in $destination" .
  keep
}

# Inside step_COPY: sets `sources`, paths in the context that the words mean.
find_sources() {
  local word match matches IFS=''
  for word in "$@"; do
    # shellcheck disable=SC2206
    matches=("$CONTEXT"/${word#/})
    ((${#matches[@]})) || fail_at "$LINE" "COPY failed: no source files were specified: nothing in the context matches $word"
    for match in "${matches[@]}"; do
      match=$(realpath --canonicalize-missing "$match")
      [[ $match == "$CONTEXT" || $match == "$CONTEXT"/* ]] || fail_at "$LINE" "COPY failed: forbidden path outside the build context: $word"
      [[ -e $match ]] || fail_at "$LINE" "COPY failed: file not found in build context or excluded by .dockerignore: stat $word: file does not exist"
      match=${match#"$CONTEXT"}
      sources+=(".$match")
    done
  done
}

# Inside step_COPY: copies `sources` to `destination` in the image so far; what is new lands in $STAGING/upper.
copy_files() {
  local target source name
  mount_parent
  [[ $destination == /* ]] || destination=${WORKDIR:-/}/$destination
  resolve_in_image "$destination"
  target=$STAGING/merged$RESOLVED
  for source in "${sources[@]}"; do
    if [[ -d $CONTEXT/$source ]]; then
      copy_tree "$CONTEXT/$source" . "$target" s,a,a,
      continue
    fi
    name=${source##*/}
    if [[ $destination != */ && ! -d $target ]]; then
      copy_tree "$CONTEXT/${source%/*}" "$name" "${target%/*}" "flags=r;s,.*,$(escape "${target##*/}"),"
    else
      copy_tree "$CONTEXT/${source%/*}" "$name" "$target" s,a,a,
    fi
  done
  unmount_image
}

mount_parent() {
  LAYERS=()
  if [[ $PARENT_IMAGE ]]; then
    need_image "sha256:$PARENT_IMAGE"
    read_image "$IMAGE_FILE"
  fi
  rm -rf "$STAGING/upper"
  mount_image "${LAYERS[@]}"
}

# copy_tree FROM NAME TO RENAMING: one tar packs, with the new owner, the other unpacks. Directories that the image
# has keep their mode and owner; links at the destination are replaced, never followed.
copy_tree() {
  mkdir -p "$3"
  explain 'Copy the files into the mounted image.' "tar --create --directory=$1 $2 | tar --extract --directory=$3"
  tar --create --directory="$1" --owner="${owner%:*}" --group="${owner#*:}" --numeric-owner --transform="$4" -- "$2" |
    tar --extract --directory="$3" --same-permissions --same-owner --numeric-owner --no-overwrite-dir
}

# escape NAME: for the right side of a `s` command of sed.
escape() {
  local name=$1 character escaped=''
  while IFS= read -r -n 1 character; do
    [[ $character != [\\,\&\;] ]] || escaped+=\\
    escaped+=$character
  done <<< "$name"
  printf '%s' "$escaped"
}

# resolve_in_image PATH: sets RESOLVED, where the path leads if every link on the way is followed as in the container:
# a link to /etc is the image's /etc, not the machine's.
resolve_in_image() {
  local rest=$1 part link links=0
  RESOLVED=''
  while [[ $rest ]]; do
    part=${rest%%/*}
    [[ $rest == */* ]] && rest=${rest#*/} || rest=''
    case $part in
      '' | .) continue ;;
      ..) RESOLVED=${RESOLVED%/*} ;;
      *)
        RESOLVED+=/$part
        [[ -L $STAGING/merged$RESOLVED ]] || continue
        ((++links < 40)) || fail_at "$LINE" "too many links on the way to $1"
        link=$(readlink "$STAGING/merged$RESOLVED")
        [[ $link == /* ]] && RESOLVED='' || RESOLVED=${RESOLVED%/*}
        rest=$link/$rest
        ;;
    esac
  done
}
