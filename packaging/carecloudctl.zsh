#compdef carecloudctl
# Completion of carecloudctl for zsh. As a package installs it: /usr/share/zsh/vendor-completions/_carecloudctl.
# Streams' names are asked of the daemon where one answers; nothing else is.

_carecloudctl_entity() {
  local -a entities
  entities=(${(f)"$(carecloudctl $carecloudctl_given status --json 2>/dev/null |
    grep -o '"entity":"[A-Za-z0-9_]*"' | cut -d'"' -f4)"})
  compadd -a entities
}

_carecloudctl() {
  local curcontext=$curcontext state line option
  local -a general commands carecloudctl_given
  local -A opt_args
  general=(
    '--url[where the API of the daemon listens]:URL:(http\://127.0.0.1\:8461 unix\:/run/carecloud-syncd/api.sock)'
    '--config[the configuration of the daemon]:file:_files'
    '--token-file[the file with the token of the API]:file:_files'
    '--ca-file[certificates to trust, for https]:file:_files'
    '--json[JSON for programs]'
    '(- *)'{-h,--help}'[print help and exit]'
    '(- *)'{-V,--version}'[print the version and exit]'
  )
  commands=(
    'status:whether all is well, and how far each stream is'
    'sync:look at the portal now, and say what came'
    'changes:the change log, a line of JSON a change'
    'get:a record, byte for byte as the portal gave it'
    'events:the notifications that came, the newest first'
    'quarantine:the records that could not be taken, with the reasons'
    'export:all records of a stream, or those of some days'
    'backfill:read again what the portal has for some days'
    'reconcile:compare with the portal, and fix what differs'
    'passes:the backfills and reconciliations, the newest first'
    'cancel:end a backfill or a reconciliation'
    'doctor:ask the portal what its documents leave open'
    'help:what the commands are, or what one of them does'
  )
  _arguments -C $general '1:command:->command' '*::argument:->argument' && return
  for option in --url --config --token-file --ca-file; do
    [[ -n ${opt_args[$option]} ]] && carecloudctl_given+=($option ${opt_args[$option]})
  done
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
        status) _arguments $general '--watch[show it again every two seconds]' ;;
        sync) _arguments $general '1:stream:_carecloudctl_entity' ;;
        changes) _arguments $general '--since[what came after that number]:number:' '--follow[go on with what comes]' ;;
        get) _arguments $general '1:stream:_carecloudctl_entity' '2:id:' ;;
        events) _arguments $general '--open[only those that wait]' '--limit[at most so many]:number:' ;;
        quarantine) _arguments $general '--limit[at most so many]:number:' '--retry[ask for that record now]:id:' ;;
        export)
          _arguments $general '1:stream:_carecloudctl_entity' '--from[first day]:day:' '--to[last day]:day:' \
            '--format[of the output]:format:(ndjson csv)'
          ;;
        backfill)
          _arguments $general '1:stream:_carecloudctl_entity' '--from[first day]:day:' '--to[last day]:day:' \
            '--no-wait[do not wait for the end]'
          ;;
        reconcile)
          _arguments $general '1:stream:_carecloudctl_entity' '--deep[compare contents, too]' \
            '--confirm-deletes[delete many without asking]' '--no-wait[do not wait for the end]'
          ;;
        passes) _arguments $general '--limit[at most so many]:number:' ;;
        cancel) _arguments $general '1:pass:' ;;
        doctor) _arguments $general ;;
        help) _describe command commands ;;
      esac
      ;;
  esac
}

_carecloudctl "$@"
