# shellcheck shell=bash
# Images from outside: nothing is believed. Each blob must have the digest that names it, each layer unpacked
# the digest that the config gives; else the command ends and nothing of it is kept.

readonly DIGEST_FORM='^sha256:[0-9a-f]{64}$'

# check_blob FILE DIGEST WHAT
check_blob() {
  [[ -f $1 ]] || fail "the $3 $2 is not there."
  digest_of "$1"
  [[ sha256:$DIGEST == "$2" ]] || fail "the $3 $2 has the digest sha256:$DIGEST: it was changed or cut off. Nothing was kept."
}

# layout_blob DIRECTORY DIGEST: sets BLOB, the file of a digest in an OCI layout.
layout_blob() {
  [[ $2 =~ $DIGEST_FORM ]] || fail "'$2' is no digest of the form sha256:HEX."
  BLOB=$1/blobs/sha256/${2#sha256:}
}

# import_image DIRECTORY DIGEST NAME: takes the image with that manifest out of an OCI layout. NAME may be ''.
# Sets IMAGE and PULLED, how many layers were new.
import_image() {
  local directory=$1 manifest=$2 name=$3 manifest_file config_file config size=0 digests diff_ids index bytes
  layout_blob "$directory" "$manifest"
  manifest_file=$BLOB
  check_blob "$manifest_file" "$manifest" manifest
  if jq --exit-status '.manifests' "$manifest_file" &> /dev/null; then
    architecture
    manifest=$(jq --raw-output --arg machine "$ARCHITECTURE" '
      [.manifests[] | select(.platform.architecture == $machine and .platform.os == "linux")][0].digest // ""' "$manifest_file")
    [[ $manifest ]] || fail "the image is not there for this machine ($ARCHITECTURE)."
    import_image "$directory" "$manifest" "$name"
    return
  fi
  config=$(jq --raw-output '.config.digest // ""' "$manifest_file" 2> /dev/null) || fail "the manifest $manifest is no JSON."
  layout_blob "$directory" "$config"
  config_file=$BLOB
  check_blob "$config_file" "$config" config
  mapfile -t digests < <(jq --raw-output '.layers[]?.digest' "$manifest_file")
  mapfile -t diff_ids < <(jq --raw-output '.rootfs.diff_ids[]?' "$config_file" 2> /dev/null)
  ((${#digests[@]} == ${#diff_ids[@]})) || fail "the manifest has ${#digests[@]} layers and the config ${#diff_ids[@]}."
  PULLED=0
  for index in "${!digests[@]}"; do
    import_layer "$directory" "${digests[index]}" "${diff_ids[index]}"
  done
  while read -r _ bytes; do ((size += bytes)) || :; done < <(layer_sizes "${diff_ids[@]#sha256:}")

  cp "$manifest_file" "$STAGING/manifest"
  put_blob "$STAGING/manifest"
  cp "$config_file" "$STAGING/config"
  put_blob "$STAGING/config"
  IMAGE=${config#sha256:}
  ask "$config_file" words > "$STAGING/words"
  [[ -e $STORE/images/$IMAGE ]] || keep_image "$IMAGE" "${manifest#sha256:}" "$size" ''
  [[ ! $name ]] || name_image "$IMAGE" "$name"
}

# import_layer DIRECTORY DIGEST DIFF_ID: a layer that is there already is neither copied nor unpacked again.
import_layer() {
  local directory=$1 digest=$2 diff_id=$3 packed archive=$STAGING/layer.tar
  [[ $diff_id =~ $DIGEST_FORM ]] || fail "'$diff_id' is no digest of the form sha256:HEX."
  layout_blob "$directory" "$digest"
  packed=$BLOB
  if find_layer "${diff_id#sha256:}" && find_blob "${digest#sha256:}"; then
    explain "The layer is there: $LAYER"
    say_layer "$digest" 'Already exists'
    return
  fi
  check_blob "$packed" "$digest" layer
  explain 'Check what is in the layer, too: the digest of the archive, not compressed, is in the config.' "gunzip < $packed | sha256sum"
  case $(head --bytes=4 "$packed" | od -An -tx1) in
    ' 1f 8b'*) gzip --decompress --stdout "$packed" > "$archive" ;;
    ' 28 b5 2f fd') fail "the layer $digest is compressed with zstd: box knows gzip and no compression." ;;
    *) ln --force --symbolic "$(realpath "$packed")" "$archive" ;;
  esac
  check_blob "$archive" "$diff_id" 'unpacked layer'
  if ! find_layer "${diff_id#sha256:}"; then
    unpack_layer "$archive" "$STAGING/layer"
    put_layer "$STAGING/layer" "${diff_id#sha256:}"
  fi
  rm "$archive"
  cp "$packed" "$STAGING/blob"
  put_blob "$STAGING/blob"
  ((++PULLED))
  say_layer "$digest" 'Pull complete'
}

# A command that shows each layer defines this again.
say_layer() { :; }

# What was moved to its place before the command failed is needed by no image.
undo_change() {
  ((code == 0)) || sweep
}
