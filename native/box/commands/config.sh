# shellcheck shell=bash
# New images. An image is a config (JSON: what to run, and the digest of each layer unpacked) and a
# manifest (JSON: the digests of the config and of each layer as it is stored). Its id is the digest of
# its config.

readonly OCI=application/vnd.oci.image

# ask CONFIG_FILE FILTER [OPTION...]: what jq, with image.jq, says of a config.
ask() {
  local file=$1 filter=$2
  shift 2
  jq --raw-output -L "${BASH_SOURCE[0]%/*}" "include \"image\"; $filter" "$file" "$@"
}

# keep_image IMAGE MANIFEST SIZE PARENT: writes the image in words, images/IMAGE; those of its config are in
# $STAGING/words.
keep_image() {
  {
    printf 'manifest %s\nimage %s\nsize %s\n' "$2" "$1" "$3"
    [[ ! $4 ]] || printf 'parent %s\n' "$4"
    cat "$STAGING/words"
  } > "$STAGING/image"
  mv -T "$STAGING/image" "$STORE/images/$1"
}

# add_layer DIRECTORY: the directory becomes a layer, by rename. Sets DIFF_ID, the digest of its archive,
# LAYER_BLOB and BYTES of the archive compressed, and SIZE, its files together.
add_layer() {
  local archive=$STAGING/layer.tar
  pack_layer "$1" "$archive"
  digest_of "$archive"
  DIFF_ID=$DIGEST
  gzip --no-name "$archive"
  BYTES=$(stat --format=%s "$archive.gz")
  put_blob "$archive.gz"
  LAYER_BLOB=$DIGEST
  put_layer "$1" "$DIFF_ID"
  SIZE=$(layer_sizes "$DIFF_ID")
  SIZE=${SIZE##* }
  explain "The layer is $STORE/layers/$DIFF_ID now."
}

# new_image PARENT LAYER_DIRECTORY CREATED_BY FILTER [VALUE...]: PARENT (an id, or '' for scratch) and one
# step more: a layer, or '' for none, and what FILTER, in jq's language, makes of the parent's config with
# the VALUEs as $ARGS.positional. Sets IMAGE.
new_image() {
  local parent=$1 directory=$2 created_by=$3 filter=$4
  shift 4
  local now parent_config=$STAGING/scratch parent_manifest=$STAGING/none parent_size=0 config layers
  TZ=UTC printf -v now '%(%FT%T)T.%sZ' "${EPOCHREALTIME%.*}" "${EPOCHREALTIME#*.}"
  architecture
  printf '{"architecture":"%s","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}' "$ARCHITECTURE" > "$parent_config"
  echo '{"layers":[]}' > "$parent_manifest"
  if [[ $parent ]]; then
    need_image "sha256:$parent"
    read_image "$IMAGE_FILE"
    parent_size=$SIZE
    need_blob "$IMAGE" && parent_config=$BLOB
    need_blob "$MANIFEST" && parent_manifest=$BLOB
  fi
  DIFF_ID='' LAYER_BLOB='' BYTES=0 SIZE=0
  [[ ! $directory ]] || add_layer "$directory"

  # Three things in one: the config, the layers of the manifest, and the config in words.
  ask "$parent_config" "step(\$now; \$created_by; \$diff_id; $filter)"' | tojson,
    ($parent[0].layers
      | map({mediaType: "\($oci).layer.v1.tar\(if .mediaType | endswith("gzip") then "+gzip" else "" end)", digest, size})
      | . + if $digest == "" then [] else [{mediaType: "\($oci).layer.v1.tar+gzip", digest: "sha256:\($digest)", size: $bytes}] end
      | tojson),
    words' --arg now "$now" --arg created_by "$created_by" --arg diff_id "$DIFF_ID" --slurpfile parent "$parent_manifest" \
    --arg oci "$OCI" --arg digest "$LAYER_BLOB" --argjson bytes "$BYTES" --args -- "$@" > "$STAGING/made"
  {
    IFS= read -r config
    IFS= read -r layers
    cat > "$STAGING/words"
  } < "$STAGING/made"
  printf '%s' "$config" > "$STAGING/config"
  digest_of "$STAGING/config"
  IMAGE=$DIGEST
  printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"sha256:%s","size":%d},"layers":%s}' \
    "$OCI.manifest.v1+json" "$OCI.config.v1+json" "$IMAGE" "${#config}" "$layers" > "$STAGING/manifest"
  put_blob "$STAGING/config" "$IMAGE"
  put_blob "$STAGING/manifest"
  keep_image "$IMAGE" "$DIGEST" $((parent_size + SIZE)) "$parent"
}

# Sets ARCHITECTURE, the machine's processor by the name that Go and so the OCI image specification have for it.
architecture() {
  case $HOSTTYPE in
    x86_64) ARCHITECTURE=amd64 ;;
    aarch64) ARCHITECTURE=arm64 ;;
    *) ARCHITECTURE=$HOSTTYPE ;;
  esac
}
