# shellcheck shell=bash
# The steps of a build. Each takes the image so far, PARENT_IMAGE, to the next; one that was done before, from
# the same image, by the same instruction, with the same files, is not done again.

PARENT_IMAGE=''
BUILDER=''
BASE=''
# Of the ENVs and ARGs so far; the ARGs that a RUN gets; and those before FROM, which are for FROM and as defaults.
declare -A VARIABLES=() ENVIRONMENT=() ARGS=() DEFAULTS=()

# Every mistake that can be seen before the first step is told before the first step.
check_order() {
  local index name from=''
  for index in "${!NAMES[@]}"; do
    name=${NAMES[index]}
    if [[ $name == FROM ]]; then
      [[ ! $from ]] || fail_at "${LINE_NUMBERS[index]}" 'box build has one FROM to a file: no stages.'
      from=yes
    elif [[ ! $from && $name != ARG ]]; then
      fail_at "${LINE_NUMBERS[index]}" "no build stage in current context: begin with FROM, before $name."
    fi
  done
  [[ $from ]] || fail_at 1 'the file has no FROM: begin with FROM, such as FROM busybox.'
}

# With a .dockerignore the context is a copy without those files.
apply_ignore_file() {
  local pattern number=0 anchored=() anywhere=()
  [[ -f $CONTEXT/.dockerignore ]] || return 0
  while IFS= read -r pattern || [[ $pattern ]]; do
    ((++number))
    pattern=${pattern%$'\r'}
    pattern=${pattern#"${pattern%%[![:space:]]*}"}
    pattern=${pattern%"${pattern##*[![:space:]]}"}
    pattern=${pattern%/}
    case $pattern in
      '' | '#'*) ;;
      '!'*) fail ".dockerignore:$number: box build has no exceptions (!)." ;;
      '**/'*) anywhere+=("--exclude=${pattern#\*\*/}") ;;
      *) anchored+=("--exclude=./${pattern#/}") ;;
    esac
  done < "$CONTEXT/.dockerignore"
  explain 'The context is a copy of the directory, without what .dockerignore names.' "tar --create --exclude-from=.dockerignore . | tar --extract"
  mkdir "$STAGING/context"
  tar --create --directory="$CONTEXT" --wildcards --no-wildcards-match-slash --anchored "${anchored[@]}" --no-anchored "${anywhere[@]}" . |
    tar --extract --directory="$STAGING/context"
  CONTEXT=$STAGING/context
}

# words ARGUMENTS: the words of the step's instruction, variables replaced.
words() {
  split_words "$1" || fail_at "$LINE" 'a quote is opened and not closed.'
}

# cached KEY_PART...: moves on to what this step made before, if it did. Sets KEY.
cached() {
  local found
  read -r KEY _ < <(printf '%s\0' "$PARENT_IMAGE" "$@" | sha256sum)
  explain 'The key of a step: the digest of the image so far, the instruction, and the files that it copies.' "cat $STORE/cache/$KEY"
  [[ $CACHED && -f $STORE/cache/$KEY ]] || return 1
  found=$(< "$STORE/cache/$KEY")
  [[ -f $STORE/images/$found ]] || return 1
  PARENT_IMAGE=$found
  echo ' ---> Using cache' >&"$SHOWN"
}

# keep: the new IMAGE is what the step of KEY makes.
keep() {
  PARENT_IMAGE=$IMAGE
  echo "$IMAGE" > "$STAGING/key"
  mv "$STAGING/key" "$STORE/cache/$KEY"
}

step_FROM() {
  local key value
  words "$1"
  ((${#WORDS[@]} == 1)) || fail_at "$LINE" 'FROM requires exactly one argument: the name of an image, or scratch.'
  for key in "${!ARGS[@]}"; do DEFAULTS[$key]=${ARGS[$key]}; done
  VARIABLES=() ARGS=()
  BASE=${WORDS[0]}
  [[ $BASE != scratch ]] || return 0
  find_image "$BASE" || fail_at "$LINE" "pull access denied for $BASE: there is no such image; 'box images' lists those there are."
  while IFS= read -r value; do
    key=${value%% *} value=${value#* }
    case $key in
      image) PARENT_IMAGE=$value ;;
      env) set_environment "$value" ;;
      workdir) WORKDIR=$value ;;
    esac
  done < "$IMAGE_FILE"
}

# set_environment NAME=VALUE: an ENV hides an ARG of the same name, wherever it stands.
set_environment() {
  VARIABLES[${1%%=*}]=${1#*=}
  ENVIRONMENT[${1%%=*}]=yes
  unset "ARGS[${1%%=*}]"
}

# ARG is for the build alone: it makes no image.
step_ARG() {
  local name
  words "$1"
  for name in "${WORDS[@]}"; do
    [[ $name =~ ^([A-Za-z_][A-Za-z0-9_]*)(=(.*))?$ ]] || fail_at "$LINE" "ARG must be NAME or NAME=VALUE: $name"
    name=${BASH_REMATCH[1]}
    [[ ! ${ENVIRONMENT[$name]:-} ]] || continue
    ARGS[$name]=${BASH_REMATCH[3]:-${DEFAULTS[$name]:-}}
    ARGS[$name]=${GIVEN[$name]-${ARGS[$name]}}
    VARIABLES[$name]=${ARGS[$name]}
  done
}

# config_step NAME ARGUMENTS: an instruction that changes the config alone.
config_step() {
  change_config "$1" "$2" || fail_at "$LINE" "$MISTAKE"
  cached "$1" "${VALUES[@]}" || {
    new_image "$PARENT_IMAGE" '' "$CREATED_BY" "$FILTER" "${VALUES[@]}"
    keep
  }
}

step_CMD() {
  CMD_SET=yes
  warn_of_form "$1"
  config_step CMD "$1"
}

step_ENTRYPOINT() {
  warn_of_form "$1"
  config_step ENTRYPOINT "$1"
}

step_ENV() {
  local pair
  config_step ENV "$1"
  for pair in "${VALUES[@]}"; do set_environment "$pair"; done
}

step_EXPOSE() { config_step EXPOSE "$1"; }
step_LABEL() { config_step LABEL "$1"; }
step_MAINTAINER() { config_step MAINTAINER "$1"; }
step_STOPSIGNAL() { config_step STOPSIGNAL "$1"; }
step_USER() { config_step USER "$1"; }

# Docker takes what is no JSON as a command for the shell, without a word; the error comes at run time.
warn_of_form() {
  [[ $1 != '['* ]] || json_words "$1" ||
    echo "${DOCKERFILE##*/}:$LINE: this looks like the exec form, but is no JSON array of \"strings\": it is taken as the shell form." >&2
}

step_RUN() {
  local name=build-$$-${LINE} code=0 state environment=() argument
  warn_of_form "$1"
  command_words "$1"
  for argument in "${!ARGS[@]}"; do environment+=("--env=$argument=${ARGS[$argument]}"); done
  ! cached RUN "${WORDS[@]}" "${environment[@]}" || return 0
  [[ $PARENT_IMAGE ]] || fail_at "$LINE" 'there is nothing to run in an empty image: COPY a program first.'
  explain 'Run the command in a container of the image so far.' "box run --name $name --entrypoint ${WORDS[0]} ${PARENT_IMAGE:0:12} ${WORDS[*]:1}"
  BUILDER=$name
  echo " ---> Running in $name" >&"$SHOWN"
  # In the background, so that Ctrl-C ends the build at once; the container is killed then.
  box run --name "$name" "${environment[@]}" --entrypoint "${WORDS[0]}" "$PARENT_IMAGE" "${WORDS[@]:1}" >&"$SHOWN" {LOCK}>&- {SHOWN}>&- < /dev/null &
  wait $! || code=$?
  ((code == 0)) || {
    printf 'The command '\''%s'\'' returned a non-zero code: %d\n' "${WORDS[*]}" "$code" >&2
    TOLD=yes
    exit "$code"
  }
  state=$(grep --files-with-matches --line-regexp --fixed-strings "name $name" "$STORE"/containers/*/state)
  explain "What the command has written, the container's upperdir, becomes the next layer." "mv ${state%/state}/upper"
  mv "${state%/state}/upper" "$STAGING/upper"
  remove_builder
  new_image "$PARENT_IMAGE" "$STAGING/upper" "${WORDS[*]}" .
  keep
}

remove_builder() {
  [[ $BUILDER ]] || return 0
  box rm --force "$BUILDER" {LOCK}>&- > /dev/null || return
  echo " ---> Removed intermediate container $BUILDER" >&"$SHOWN"
  BUILDER=''
}

undo_change() {
  remove_builder || :
  ((code == 0)) || sweep
}
