# shellcheck shell=bash
# Reading a Dockerfile: instructions with the line they begin on, and the words of an instruction.

readonly INSTRUCTIONS=' ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM LABEL MAINTAINER RUN STOPSIGNAL USER WORKDIR '
readonly UNSUPPORTED=' ADD HEALTHCHECK ONBUILD SHELL VOLUME '

# fail_at LINE SENTENCE
fail_at() {
  fail "${DOCKERFILE##*/}:$1: $2"
}

# read_dockerfile FILE: sets NAMES, ARGUMENTS and LINE_NUMBERS, one entry for each instruction.
read_dockerfile() {
  local text='' line number=0 first=0
  NAMES=() ARGUMENTS=() LINE_NUMBERS=()
  while IFS= read -r line || [[ $line ]]; do
    ((++number))
    line=${line%$'\r'}
    # A comment, or an empty line, may stand between the lines of one instruction.
    [[ ! $line =~ ^[[:space:]]*(#.*)?$ ]] || continue
    [[ $text ]] || first=$number
    if [[ $line =~ ^(.*)\\[[:space:]]*$ ]]; then
      text+=${BASH_REMATCH[1]}
    else
      add_instruction "$first" "$text$line"
      text=''
    fi
  done < "$1"
  [[ ! $text ]] || fail_at "$number" 'the last line ends with a backslash, but nothing follows.'
  ((${#NAMES[@]})) || fail_at 1 'the file has no instruction: begin with FROM, such as FROM busybox.'
}

add_instruction() {
  local name arguments
  [[ $2 =~ ^[[:space:]]*([^[:space:]]+)[[:space:]]*(.*)$ ]]
  name=${BASH_REMATCH[1]^^} arguments=${BASH_REMATCH[2]}
  arguments=${arguments%"${arguments##*[![:space:]]}"}
  [[ $UNSUPPORTED != *" $name "* ]] || fail_at "$1" "box build has no $name; it has$INSTRUCTIONS."
  [[ $INSTRUCTIONS == *" $name "* ]] || fail_at "$1" "unknown instruction: $name"
  [[ $arguments ]] || fail_at "$1" "$name requires at least one argument"
  [[ $name != RUN && $name != COPY || $arguments != '<<'* ]] || fail_at "$1" "box build has no here-documents (<<): join commands with && and a backslash."
  NAMES+=("$name") ARGUMENTS+=("$arguments") LINE_NUMBERS+=("$1")
}

# json_words TEXT: sets WORDS if the text is a JSON array of strings, the exec form; false if not.
json_words() {
  WORDS=()
  [[ $1 == '['* ]] || return 1
  mapfile -d '' WORDS < <(jq --join-output 'if all(type == "string") then .[] + "\u0000" else empty end' <<< "$1" 2> /dev/null)
  ((${#WORDS[@]})) || [[ $1 =~ ^\[[[:space:]]*\]$ ]]
}

# split_words TEXT: sets WORDS: quotes and backslashes are taken away, $NAME and ${NAME:-default} replaced
# by what VARIABLES has.
split_words() {
  local text=$1 word='' quote='' begun='' character index
  WORDS=()
  for ((index = 0; index < ${#text}; index++)); do
    character=${text:index:1}
    case $quote$character in
      [[:space:]])
        [[ ! $begun ]] || WORDS+=("$word")
        word='' begun=''
        continue
        ;;
      \' | \") quote=$character ;;
      \'\' | \"\") quote='' ;;
      \\ | \"\\)
        ((++index))
        [[ ! $quote || ${text:index:1} == [\"\\\$] ]] || word+=\\
        word+=${text:index:1}
        ;;
      \$ | \"\$) expand_variable ;;
      *) word+=$character ;;
    esac
    begun=yes
  done
  [[ ! $quote ]] || return 1
  [[ ! $begun ]] || WORDS+=("$word")
}

# Inside split_words: the variable at `index` is added to `word`, and `index` moved to its end.
expand_variable() {
  local rest=${text:index} name default=''
  if [[ $rest =~ ^\$\{([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?\} ]]; then
    default=${BASH_REMATCH[3]}
  elif [[ ! $rest =~ ^\$([A-Za-z_][A-Za-z0-9_]*) ]]; then
    word+=\$
    return
  fi
  name=${BASH_REMATCH[1]}
  word+=${VARIABLES[$name]:-$default}
  ((index += ${#BASH_REMATCH[0]} - 1)) || :
}
