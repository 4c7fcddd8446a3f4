# shellcheck shell=bash
# An OCI image layout is a directory: oci-layout, index.json, which names the images in it, and blobs/sha256.

# need_layout DIRECTORY
need_layout() {
  [[ -d $1 ]] || fail "$1 is no directory."
  [[ -f $1/oci-layout && -f $1/index.json ]] || fail "$1 is no OCI image layout: it has no oci-layout or index.json."
  jq --exit-status '.manifests | type == "array"' "$1/index.json" &> /dev/null || fail "$1/index.json is no index of images."
}

# list_layout DIRECTORY: prints `DIGEST NAME` for each image; the name may be empty. Docker writes the whole name
# into one annotation, other programs only the tag into the other.
list_layout() {
  jq --raw-output '.manifests[] | (.annotations // {}) as $names
    | ($names["io.containerd.image.name"] // $names["org.opencontainers.image.ref.name"] // "") as $name
    | "\(.digest) \($name | ltrimstr("docker.io/") | ltrimstr("library/"))"' "$1/index.json"
}

# index_entry DIGEST BYTES NAME: what index.json says of one image.
index_entry() {
  jq --null-input --compact-output --arg digest "sha256:$1" --argjson bytes "$2" --arg name "$3" '
    {mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $digest, size: $bytes}
    + if $name == "" then {} else {annotations: {
        "io.containerd.image.name": (if $name | contains("/") then $name else "docker.io/library/" + $name end),
        "org.opencontainers.image.ref.name": $name
      }} end'
}

# image_blobs: prints the digests of the image just read: manifest, config, layers.
image_blobs() {
  need_blob "$MANIFEST"
  printf '%s\n' "$MANIFEST" "$IMAGE"
  jq --raw-output '.layers[].digest | ltrimstr("sha256:")' "$BLOB"
}
