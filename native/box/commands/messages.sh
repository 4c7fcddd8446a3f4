# shellcheck shell=bash
# What the image commands say: errors, explanations, tables, and sizes and ages in Docker's words.

set -euo pipefail
shopt -s nullglob globstar
umask 022

EXPLAIN=
EXPLAINED=0

# Says what went wrong and ends the command. Words of an image may be in it: they must not steer the terminal.
fail() {
  printf 'box: %s\n' "${*//[[:cntrl:]]/?}" >&2
  TOLD=yes
  exit 1
}

# explain SENTENCE [COMMAND]: with --explain, what is being done and the command that does it.
explain() {
  [[ $EXPLAIN ]] || return 0
  printf '%2d %s\n' $((++EXPLAINED)) "$1" >&2
  [[ $# -lt 2 ]] || printf '      %s\n' "$2" >&2
}

# The comment at the head of a command is its help.
help() {
  awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"
  exit 0
}

# options SHORT LONG ARGUMENT...: puts options first, each a word of its own, into OPTIONS.
options() {
  local short=$1 long=$2
  shift 2
  OPTIONS=$(getopt --name "box ${0##*/}" --options "+h$short" --longoptions "help,explain,$long" -- "$@") || {
    printf "See 'box %s --help'.\n" "${0##*/}" >&2
    exit 125
  }
}

# need_arguments COUNT GIVEN: Docker's sentence when there are too few.
need_arguments() {
  (($2 >= $1)) || fail "\"box ${0##*/}\" requires at least $1 argument$( (($1 == 1)) || printf s). See 'box ${0##*/} --help'."
}

# Rows of tab-separated cells on standard input, as columns three spaces apart.
print_table() {
  awk -F '\t' '
    # The mark of a shortened command is three bytes and one character.
    function width(text) { gsub(/…/, ".", text); return length(text) }
    { for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (width($i) > widest[i]) widest[i] = width($i) } }
    END {
      for (row = 1; row <= NR; row++) {
        line = ""
        for (i = 1; i < NF; i++) line = line cell[row, i] sprintf("%" (widest[i] - width(cell[row, i]) + 3) "s", "")
        print line cell[row, NF]
      }
    }'
}

# human_size BYTES: sets SIZE_TEXT, three digits and a decimal unit: 4.26MB.
human_size() {
  local bytes=$1 scale=1 unit
  for unit in B kB MB GB TB; do
    ((bytes / scale < 1000)) && break
    ((scale *= 1000))
  done
  local thousandths=$((bytes % scale * 1000 / scale))
  printf -v SIZE_TEXT '%.3g%s' "$((bytes / scale)).$(printf %03d $thousandths)" "$unit"
}

# human_age SECONDS: sets AGE_TEXT.
human_age() {
  local seconds=$1 minutes=$(($1 / 60)) hours=$((($1 + 1800) / 3600))
  if ((seconds < 1)); then AGE_TEXT='Less than a second ago'
  elif ((seconds == 1)); then AGE_TEXT='1 second ago'
  elif ((seconds < 60)); then AGE_TEXT="$seconds seconds ago"
  elif ((minutes == 1)); then AGE_TEXT='About a minute ago'
  elif ((minutes < 46)); then AGE_TEXT="$minutes minutes ago"
  elif ((hours == 1)); then AGE_TEXT='About an hour ago'
  elif ((hours < 48)); then AGE_TEXT="$hours hours ago"
  elif ((hours < 24 * 14)); then AGE_TEXT="$((hours / 24)) days ago"
  elif ((hours < 24 * 60)); then AGE_TEXT="$((hours / 24 / 7)) weeks ago"
  elif ((hours < 24 * 365 * 2)); then AGE_TEXT="$((hours / 24 / 30)) months ago"
  else AGE_TEXT="$((hours / 24 / 365)) years ago"; fi
}

# Dates on standard input, one a line; prints how long ago each was.
ages() {
  local now second
  printf -v now '%(%s)T' -1
  while read -r second; do
    human_age $((now - second))
    printf '%s\n' "$AGE_TEXT"
  done < <(date --file=- +%s)
}
