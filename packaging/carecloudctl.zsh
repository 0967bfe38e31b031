#compdef carecloudctl
# Completion of carecloudctl for zsh. As a package installs it: /usr/share/zsh/vendor-completions/_carecloudctl.
# Stream names are queried from the daemon if it is running.

_carecloudctl_entity() {
  local -a entities
  entities=(${(f)"$(carecloudctl $carecloudctl_given status --json 2>/dev/null |
    grep -o '"entity":"[A-Za-z0-9_]*"' | cut -d'"' -f4)"})
  compadd -a entities
}

_carecloudctl_instance() {
  local -a instances
  instances=(/etc/carecloud-syncd/*/config.yaml(N:h:t))
  compadd -a instances
}

_carecloudctl() {
  local curcontext=$curcontext state line option
  local -a general commands carecloudctl_given
  local -A opt_args
  general=(
    '--url[address of the API]:URL:(http\://127.0.0.1\:8461 unix\:/run/carecloud-syncd/api.sock)'
    '--instance[one of several agencies]:instance:_carecloudctl_instance'
    '--config[daemon configuration]:file:_files'
    '--token-file[file with the API token]:file:_files'
    '--ca-file[additional CA certificates for https]:file:_files'
    '--json[print JSON]'
    '(- *)'{-h,--help}'[print this help and exit]'
    '(- *)'{-V,--version}'[print the version and exit]'
  )
  commands=(
    'status:overall state and progress of each stream'
    'sync:poll the portal now and report what was received'
    'changes:print the change log as JSON, one change per line'
    'get:print a record, byte for byte as received from the portal'
    'history:list the changes of a record, newest first'
    'diff:show which fields of a record were corrected'
    'why:show what became of a record, in order of time'
    'erase:erase the content of a record and of every copy'
    'events:list received events, newest first'
    'quarantine:list records that could not be stored, with reasons'
    'export:export the records of a stream, all or for a range of days'
    'backfill:fetch a range of days from the portal again'
    'reconcile:compare a stream with the portal and fix differences'
    'passes:list backfills and reconciliations, newest first'
    'cancel:cancel a backfill or reconciliation'
    'doctor:test the portal and recommend settings'
    'help:print help about all commands or one command'
  )
  _arguments -C $general '1:command:->command' '*::argument:->argument' && return
  for option in --url --instance --config --token-file --ca-file; do
    [[ -n ${opt_args[$option]} ]] && carecloudctl_given+=($option ${opt_args[$option]})
  done
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
        status) _arguments $general '--watch[refresh every two seconds]' ;;
        sync) _arguments $general '1:stream:_carecloudctl_entity' ;;
        changes) _arguments $general '--since[only changes after this number]:number:' '--follow[keep printing new changes]' ;;
        get) _arguments $general '1:stream:_carecloudctl_entity' '2:id:' ;;
        history) _arguments $general '1:stream:_carecloudctl_entity' '2:id:' '--limit[maximum number]:number:' ;;
        diff) _arguments $general '1:stream:_carecloudctl_entity' '2:id:' '3:change number:' '4:change number:' ;;
        why) _arguments $general '1:stream:_carecloudctl_entity' '2:id:' ;;
        erase) _arguments $general '1:stream:_carecloudctl_entity' '2:id:' '--requested-by[who requested it]:name:' ;;
        events) _arguments $general '--open[only events without their record]' '--limit[maximum number]:number:' ;;
        quarantine) _arguments $general '--limit[maximum number]:number:' '--retry[fetch this record now]:id:' ;;
        export)
          _arguments $general '1:stream:_carecloudctl_entity' '--from[first day]:day:' '--to[last day]:day:' \
            '--format[output format]:format:(ndjson csv)'
          ;;
        backfill)
          _arguments $general '1:stream:_carecloudctl_entity' '--from[first day]:day:' '--to[last day]:day:' \
            '--no-wait[return without waiting for completion]'
          ;;
        reconcile)
          _arguments $general '1:stream:_carecloudctl_entity' '--deep[compare contents]' \
            '--confirm-deletes[mark many as deleted without confirmation]' '--no-wait[return without waiting for completion]'
          ;;
        passes) _arguments $general '--limit[maximum number]:number:' ;;
        cancel) _arguments $general '1:pass:' ;;
        doctor) _arguments $general ;;
        help) _describe command commands ;;
      esac
      ;;
  esac
}

_carecloudctl "$@"
