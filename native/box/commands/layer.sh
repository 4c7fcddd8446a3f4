# shellcheck shell=bash
# A layer in its two forms: a directory as OverlayFS wants it, and a tar archive as the OCI image
# specification wants it. What a layer deletes looks different in the two:
#
#                         directory                                 archive
#   a deleted file        character device 0:0 of the same name     empty file `.wh.NAME`
#   a replaced directory  attribute user.overlay.opaque=y           empty file `.wh..wh..opq` in it

export LC_ALL=C

# The same files give the same bytes, and so the same digest: sorted, ids as numbers, no times but mtime.
TAR_FORM=(--format=posix --pax-option='exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime,delete=mtime'
  --numeric-owner --no-recursion --null --xattrs --xattrs-include=security.capability)

# opaque_directories DIRECTORY: prints those below it that hide what lies under them, each ended by NUL.
opaque_directories() {
  (cd "$1" && find . -type d -exec getfattr --dump --match='^user\.overlay\.opaque$' {} +) |
    awk '/^# file: / { path = substr($0, 9) } /^user.overlay.opaque="y"/ { printf "%s%c", path, 0 }' |
    unquote_octal
}

# getfattr writes unusual bytes of names as \ooo.
unquote_octal() {
  local path
  while IFS= read -r -d '' path; do
    [[ $path != *\\* ]] || printf -v path '%b' "${path//\\/\\0}"
    printf '%s\0' "$path"
  done
}

# pack_layer DIRECTORY ARCHIVE
pack_layer() {
  local directory=$1 archive=$2 markers=$STAGING/marked path
  explain 'Pack the layer as a tar archive. Deleted files become empty files named .wh.NAME.' \
    "find $directory -printf '%P\\0' | sort -z | tar --create --no-recursion --null --files-from=- --file=$archive …"
  rm -rf "$markers"
  mkdir "$markers"
  find "$directory" -type c -printf '%P\0' > "$STAGING/whiteouts"
  opaque_directories "$directory" > "$STAGING/opaque"
  while IFS= read -r -d '' path; do
    mkdir -p "$markers/${path%"${path##*/}"}"
    : > "$markers/${path%"${path##*/}"}.wh.${path##*/}"
  done < "$STAGING/whiteouts"
  while IFS= read -r -d '' path; do
    mkdir -p "$markers/$path"
    : > "$markers/$path/.wh..wh..opq"
  done < "$STAGING/opaque"
  find "$markers" -type f -exec touch --date=@0 {} +
  find "$directory" -mindepth 1 ! -type c ! -type s -printf '%P\0' | sort --zero-terminated > "$STAGING/files"
  find "$markers" -type f -printf '%P\0' | sort --zero-terminated > "$STAGING/markers"
  tar --create --file="$archive" "${TAR_FORM[@]}" \
    --directory="$directory" --files-from="$STAGING/files" --directory="$markers" --files-from="$STAGING/markers"
}

# extract ARCHIVE DIRECTORY OPTION...: of all that tar complains of, the first is enough.
extract() {
  local archive=$1 directory=$2 said
  shift 2
  said=$(tar --extract --file="$archive" --directory="$directory" --delay-directory-restore --warning=no-timestamp "$@" 2>&1) || {
    printf '%s\n' "$said" | awk '!/^tar: Removing/ { print; exit }' >&2
    return 1
  }
}

# unpack_layer ARCHIVE DIRECTORY: tar keeps below the directory: it drops a leading `/` and refuses `..`,
# and makes links that lead out only when all else is there, so that nothing is written through them.
unpack_layer() {
  local archive=$1 directory=$2
  explain 'Unpack the layer, once for all images and containers.' "tar --extract --file=$archive --directory=$directory"
  mkdir "$directory"
  extract "$archive" "$directory" --same-permissions --same-owner --numeric-owner --xattrs --xattrs-include=security.capability
  make_whiteouts "$directory"
}

# make_whiteouts DIRECTORY: what the archive's .wh. files mean, as OverlayFS writes it.
make_whiteouts() {
  local directory=$1 path parent name hidden opaque=()
  explain 'An empty file .wh.NAME becomes a whiteout.' 'rm .wh.NAME; mknod NAME c 0 0'
  find "$directory" -name '.wh.*' -printf '%P\0' > "$STAGING/markers"
  while IFS= read -r -d '' path; do
    name=${path##*/}
    parent=$directory/${path%"$name"}
    hidden=$parent${name#.wh.}
    [[ -f $parent$name && ! -L $parent$name && $name != .wh. && $name != .wh.. && $name != .wh... ]] ||
      fail "the layer has a whiteout that hides nothing: $path"
    rm "$parent$name"
    case $name in
      .wh..wh..opq) opaque+=("$parent") ;;
      .wh..wh.*) ;;
      *)
        # A directory of that name in the same layer takes the place of the one below.
        if [[ -d $hidden && ! -L $hidden ]]; then
          opaque+=("$hidden")
        elif [[ ! -e $hidden && ! -L $hidden ]]; then
          mknod "$hidden" c 0 0
        fi
        ;;
    esac
  done < "$STAGING/markers"
  ((${#opaque[@]} == 0)) || setfattr --no-dereference --name=user.overlay.opaque --value=y "${opaque[@]}"
}

# mount_image LAYER...: mounts the layers (base first) on $STAGING/merged; what is written lands in $STAGING/upper.
# Of a layer that is there twice only the topmost counts, and OverlayFS takes no directory twice.
mount_image() {
  local id order='' index layers=("$@")
  local -A above=()
  mkdir -p "$STAGING"/{empty,upper,work,merged}
  for ((index = ${#layers[@]} - 1; index >= 0; index--)); do
    id=${layers[index]}
    [[ ! ${above[$id]:-} ]] || continue
    above[$id]=yes
    need_layer "$id"
    ln -sfn "$LAYER" "$STAGING/$index"
    order+=$index:
  done
  order+=empty
  explain 'Mount the image so far, with an empty directory on top for what is new.' \
    "mount -t overlay -o lowerdir=$order,upperdir=upper,workdir=work,userxattr overlay merged"
  (cd "$STAGING" && mount -t overlay -o "lowerdir=$order,upperdir=upper,workdir=work,userxattr" overlay merged)
}

unmount_image() {
  umount "$STAGING/merged"
  rm -rf "$STAGING"/{empty,work,merged,[0-9]*}
}
