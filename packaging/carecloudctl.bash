# Completion of carecloudctl for bash. As a package installs it: /usr/share/bash-completion/completions/carecloudctl.
# Stream names are queried from the daemon if it is running.

_carecloudctl() {
  local cur prev words cword
  _init_completion -n : 2>/dev/null || {
    cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
  }
  local general='--url --instance --config --token-file --ca-file --json --help --version'
  local commands='status sync changes get history diff why erase events quarantine export backfill reconcile passes cancel doctor help'
  local command='' word i skip='' entity=''
  local -a general_given=()
  for ((i = 1; i < cword; i++)); do
    word=${words[i]}
    if [[ -n $skip ]]; then
      general_given+=("$skip" "$word") skip=''
    elif [[ $word =~ ^--(url|instance|config|token-file|ca-file)$ ]]; then
      skip=$word
    elif [[ $word != -* && -z $command ]]; then
      command=$word
    fi
  done
  local options=$general
  case $prev in
    --token-file | --ca-file | --config)
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return
      ;;
    --url)
      mapfile -t COMPREPLY < <(compgen -W 'http://127.0.0.1:8461 unix:/run/carecloud-syncd/api.sock' -- "$cur")
      return
      ;;
    --instance)
      options=$(compgen -G '/etc/carecloud-syncd/*/config.yaml' | cut -d/ -f4)
      mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
      return
      ;;
    --since | --limit | --from | --to | --retry | --requested-by) return ;;
    --format)
      mapfile -t COMPREPLY < <(compgen -W 'ndjson csv' -- "$cur")
      return
      ;;
  esac
  case $command in
    '') options="$commands $general" ;;
    status) options+=' --watch' ;;
    help) options+=" $commands" ;;
    changes) options+=' --since --follow' ;;
    events) options+=' --open --limit' ;;
    history) entity=yes options+=' --limit' ;;
    quarantine) options+=' --limit --retry' ;;
    passes) options+=' --limit' ;;
    sync | get | diff | why) entity=yes ;;
    erase) entity=yes options+=' --requested-by' ;;
    export) entity=yes options+=' --from --to --format' ;;
    backfill) entity=yes options+=' --from --to --no-wait' ;;
    reconcile) entity=yes options+=' --deep --confirm-deletes --no-wait' ;;
  esac
  if [[ -n $entity && $cur != -* && $prev == "$command" ]]; then
    options=$("$1" "${general_given[@]}" status --json 2>/dev/null | grep -o '"entity":"[A-Za-z0-9_]*"' | cut -d'"' -f4)
  fi
  mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
}

complete -F _carecloudctl carecloudctl
