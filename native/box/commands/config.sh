# shellcheck shell=bash
# New images. An image is a config (JSON: what to run, and the digest of each layer unpacked) and a
# manifest (JSON: the digests of the config and of each layer as it is stored). Its id is the digest of
# its config.

readonly OCI=application/vnd.oci.image

# describe_image CONFIG_FILE IMAGE MANIFEST SIZE PARENT: writes the image in words, images/IMAGE.
describe_image() {
  jq --raw-output --from-file "${BASH_SOURCE[0]%/*}/image.jq" --arg image "$2" --arg manifest "$3" \
    --arg size "$4" --arg parent "$5" "$1" > "$STAGING/image"
  mv -T "$STAGING/image" "$STORE/images/$2"
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
  local now parent_config=$STAGING/scratch parent_manifest=$STAGING/none parent_size=0 config
  printf -v now '%(%FT%T)T.%sZ' "${EPOCHREALTIME%.*}" "${EPOCHREALTIME#*.}"
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

  jq --compact-output --arg now "$now" --arg created_by "$created_by" --arg diff_id "$DIFF_ID" '
    del(.id, .parent, .comment, .container, .container_config) | .created = $now
    | .history += [{created: $now, created_by: $created_by} + if $diff_id == "" then {empty_layer: true} else {} end]
    | if $diff_id == "" then . else .rootfs.diff_ids += ["sha256:" + $diff_id] end
    | '"$filter" "$parent_config" --args -- "$@" > "$STAGING/config"
  digest_of "$STAGING/config"
  config=$DIGEST
  jq --compact-output --arg oci "$OCI" --arg config "$config" --argjson config_bytes "$(stat --format=%s "$STAGING/config")" \
    --arg digest "$LAYER_BLOB" --argjson bytes "$BYTES" '
    {
      schemaVersion: 2,
      mediaType: "\($oci).manifest.v1+json",
      config: {mediaType: "\($oci).config.v1+json", digest: "sha256:\($config)", size: $config_bytes},
      layers: (.layers
        | map({mediaType: "\($oci).layer.v1.tar\(if .mediaType | endswith("gzip") then "+gzip" else "" end)", digest, size})
        + if $digest == "" then [] else [{mediaType: "\($oci).layer.v1.tar+gzip", digest: "sha256:\($digest)", size: $bytes}] end)
    }' "$parent_manifest" > "$STAGING/manifest"
  put_blob "$STAGING/config" "$config"
  put_blob "$STAGING/manifest"
  need_blob "$config"
  describe_image "$BLOB" "$config" "$DIGEST" $((parent_size + SIZE)) "$parent"
  IMAGE=$config
}

# Sets ARCHITECTURE, the machine's processor by the name that Go and so the OCI image specification have for it.
architecture() {
  case $HOSTTYPE in
    x86_64) ARCHITECTURE=amd64 ;;
    aarch64) ARCHITECTURE=arm64 ;;
    *) ARCHITECTURE=$HOSTTYPE ;;
  esac
}
