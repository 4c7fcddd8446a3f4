# shellcheck shell=bash
# The image store. Two directories of the same layout: the machine's own, and below it `shared/`, the
# host's, which can only be read.
#
#   blobs/sha256/HEX         manifests, configs and packed layers, named by the digest of their bytes
#   layers/DIFF_ID/          each layer unpacked once, as OverlayFS wants it
#   references/NAME/TAG      an image in words, one `key value` a line
#   images/HEX               the same for each own image, named or not, by the digest of its config
#   cache/KEY                what a build step made: the digest of the image's config

STORE=${BOX_STORE:-/var/lib/box}
STORES=("$STORE" "$STORE/shared")
STAGING=$STORE/staging

# Only one command changes the store at a time. All is made in the staging directory and then moved to
# its place by rename, so what is not whole can't be seen; whatever ends the command, the rest goes.
begin_change() {
  trap end_change EXIT
  trap 'exit 130' INT TERM HUP
  mkdir -p "$STORE"/{blobs/sha256,layers,references,images,cache}
  exec {LOCK}> "$STORE/lock"
  flock --nonblock "$LOCK" || {
    echo 'box: waiting for another image command to end' >&2
    flock "$LOCK"
  }
  remove_staging
  mkdir "$STAGING"
  [[ -s $STORE/oci-layout ]] || echo '{"imageLayoutVersion":"1.0.0"}' > "$STORE/oci-layout"
}

end_change() {
  local code=$?
  trap - EXIT
  trap '' INT TERM HUP
  if ((code > 0 && code < 128)) && [[ ! ${TOLD:-} ]]; then
    say_why
    code=1
  fi
  undo_change
  remove_staging
  exit "$code"
}

# A command that has more to undo defines this again.
undo_change() { :; }

remove_staging() {
  [[ -e $STAGING ]] || return 0
  umount --quiet "$STAGING/merged" 2> /dev/null || :
  rm -rf "$STAGING"
  [[ -e $STAGING ]] || return 0
  fail "$STAGING can't be removed."
}

# Less than a layer of any size needs.
disk_is_full() {
  local kilobytes inodes
  read -r kilobytes inodes < <(df --output=avail,iavail "$STORE" | tail -n 1)
  ((kilobytes < 1024 || inodes < 64))
}

# The program that failed has said what the kernel told it; this says what it means.
say_why() {
  if disk_is_full; then
    echo "box: The machine's disk is full. Remove images (box rmi), containers (box rm) or files, then try again." >&2
  else
    echo "box: ${0##*/} has failed; nothing half-made was kept." >&2
  fi
}

# parse_name NAME: sets REPOSITORY and TAG, or ends with Docker's sentence.
parse_name() {
  local component='[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*'
  [[ $1 =~ ^($component(:[0-9]+/$component)?(/$component)*)(:([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?$ ]] || {
    [[ $1 != *[A-Z]*:* && $1 != *[A-Z]* ]] || fail "invalid reference format: repository name ($1) must be lowercase"
    fail "invalid reference format: '$1' is no NAME or NAME:TAG"
  }
  REPOSITORY=${BASH_REMATCH[1]}
  TAG=${BASH_REMATCH[-1]:-latest}
}

# find_image NAME_OR_ID: sets IMAGE_FILE; false if there is none.
find_image() {
  local store name=$1 id=${1#sha256:} file
  local -A found=()
  if [[ $name != sha256:* ]]; then
    [[ ${name##*/} == *:* ]] || name+=:latest
    for store in "${STORES[@]}"; do
      IMAGE_FILE=$store/references/${name%:*}/${name##*:}
      [[ $name == *..* || ! -f $IMAGE_FILE ]] || return 0
    done
  fi
  [[ $id =~ ^[0-9a-f]{1,64}$ ]] || return 1
  IMAGE_FILE=$STORE/images/$id
  [[ ! -f $IMAGE_FILE ]] || return 0
  for file in "$STORE"/images/"$id"*; do found[${file##*/}]=$file; done
  for file in $(grep --recursive --files-with-matches "^image $id" "$STORE"/shared/references 2> /dev/null); do
    name=$(sed --quiet 's/^image //p' "$file")
    found[$name]=${found[$name]:-$file}
  done
  ((${#found[@]} < 2)) || fail "$1 is the beginning of more than one image's id: give more digits."
  for IMAGE_FILE in "${found[@]}"; do return 0; done
  return 1
}

# The same, but an image that isn't there ends the command.
need_image() {
  find_image "$1" || fail "Error response: No such image: $1"
}

# read_image FILE: sets IMAGE, MANIFEST, CREATED, SIZE, PARENT and LAYERS (base first).
read_image() {
  local key value
  IMAGE='' MANIFEST='' CREATED='' SIZE=0 PARENT='' LAYERS=()
  while read -r key value; do
    case $key in
      image) IMAGE=$value ;;
      manifest) MANIFEST=$value ;;
      created) CREATED=$value ;;
      size) SIZE=$value ;;
      parent) PARENT=$value ;;
      layer) LAYERS+=("$value") ;;
    esac
  done < "$1"
}

# find_blob HEX: sets BLOB to the file of that digest.
find_blob() {
  local store
  for store in "${STORES[@]}"; do
    BLOB=$store/blobs/sha256/$1
    [[ ! -f $BLOB ]] || return 0
  done
  return 1
}

need_blob() {
  find_blob "$1" || fail "The blob sha256:$1 is missing from the store."
}

# find_layer DIFF_ID: sets LAYER to the directory of the unpacked layer.
find_layer() {
  local store
  for store in "${STORES[@]}"; do
    LAYER=$store/layers/$1
    [[ ! -d $LAYER ]] || return 0
  done
  return 1
}

need_layer() {
  find_layer "$1" || fail "The layer sha256:$1 is missing from the store."
}

# digest_of FILE: sets DIGEST.
digest_of() {
  DIGEST=$(sha256sum "$1")
  DIGEST=${DIGEST%% *}
  DIGEST=${DIGEST#\\}
}

# put_blob FILE [DIGEST]: moves it to the name that its bytes give it, and sets DIGEST.
put_blob() {
  DIGEST=${2:-}
  [[ $DIGEST ]] || digest_of "$1"
  if find_blob "$DIGEST"; then rm "$1"; else mv "$1" "$STORE/blobs/sha256/$DIGEST"; fi
}

# put_layer DIRECTORY DIFF_ID: the unpacked form of a layer goes to its place, by rename.
put_layer() {
  if find_layer "$2"; then rm -rf "$1"; else mv -T "$1" "$STORE/layers/$2"; fi
}

# name_image HEX NAME: lets the name mean the image from now on.
name_image() {
  parse_name "$2"
  explain "$REPOSITORY:$TAG is a name for the image: a small file, $STORE/references/$REPOSITORY/$TAG."
  local folder=$REPOSITORY
  while [[ $folder == */* ]]; do
    folder=${folder%/*}
    [[ ! -f $STORE/references/$folder ]] || fail "$REPOSITORY can't be a name, for ${folder%/*}:${folder##*/} is one."
  done
  [[ ! -d $STORE/references/$REPOSITORY/$TAG ]] || fail "$REPOSITORY:$TAG can't be a name, for there are names that begin with $REPOSITORY/$TAG/."
  cp "$STORE/images/$1" "$STAGING/reference"
  mkdir -p "$STORE/references/$REPOSITORY"
  mv -T "$STAGING/reference" "$STORE/references/$REPOSITORY/$TAG"
}

# own_image FILE: an image of the host's store that gets a name here is described here, too.
own_image() {
  read_image "$1"
  [[ -e $STORE/images/$IMAGE ]] || {
    cp "$1" "$STAGING/image"
    mv -T "$STAGING/image" "$STORE/images/$IMAGE"
  }
}

# list_references: sets REFERENCES, a file by `name:tag`; an own name hides the same in the host's store.
list_references() {
  local store file name
  declare -gA REFERENCES=()
  for store in "${STORES[@]}"; do
    for file in "$store"/references/**/*; do
      [[ -f $file ]] || continue
      name=${file#"$store"/references/}
      name=${name%/*}:${name##*/}
      REFERENCES[$name]=${REFERENCES[$name]:-$file}
    done
  done
}

# list_images: sets IMAGES, a file by id, of all images that have a name or are nobody's parent; the others are
# steps of builds. With --all, those too.
list_images() {
  local file
  local -A parents=()
  declare -gA IMAGES=()
  list_references
  for file in "$STORE"/images/* "${REFERENCES[@]}"; do
    read_image "$file"
    parents[${PARENT:-none}]=yes
    IMAGES[$IMAGE]=$file
  done
  [[ ${1:-} != --all ]] || return 0
  for file in "$STORE"/images/*; do
    IMAGE=${file##*/}
    [[ ${IMAGES[$IMAGE]} != "$file" || ! ${parents[$IMAGE]:-} ]] || unset "IMAGES[$IMAGE]"
  done
}

# layer_sizes: prints `DIFF_ID BYTES` for each of the given layers. A file with two names counts once.
layer_sizes() {
  local id directories=()
  for id in "$@"; do
    need_layer "$id"
    directories+=("$LAYER")
  done
  ((${#directories[@]})) || return 0
  find "${directories[@]}" -printf '%y %s %i %H\n' | awk '
    { sub(/.*\//, "", $4) }
    !($4 in bytes) { bytes[$4] = 0 }
    $1 == "f" && !seen[$3, $4]++ { bytes[$4] += $2 }
    END { for (id in bytes) printf "%s %d\n", id, bytes[id] }'
}

# sweep: removes blobs, layers and cache entries that no image and no container needs.
sweep() {
  local file id manifests=()
  local -A needed=()
  while read -r _ id; do
    needed[$id]=yes
  done < <(cat /dev/null "$STORE"/{images/*,containers/*/state} | grep --extended-regexp '^(layer|image|manifest) ')
  for file in "$STORE"/images/*; do
    read_image "$file"
    [[ ! -e $STORE/blobs/sha256/$MANIFEST ]] || manifests+=("$STORE/blobs/sha256/$MANIFEST")
  done
  ((${#manifests[@]} == 0)) || while read -r id; do
    needed[$id]=yes
  done < <(jq --raw-output '.layers[].digest | ltrimstr("sha256:")' "${manifests[@]}")
  for file in "$STORE"/{blobs/sha256,layers}/*; do
    [[ ${needed[${file##*/}]:-} ]] || rm -rf "$file"
  done
  for file in "$STORE"/cache/*; do
    [[ -e $STORE/images/$(< "$file") ]] || rm "$file"
  done
}
