# Completion of carecloudctl for fish. As a package installs it: /usr/share/fish/vendor_completions.d/carecloudctl.fish.
# Stream names are queried from the daemon if it is running.

function __carecloudctl_entities
    carecloudctl status --json 2>/dev/null | string match -ar '"entity":"([A-Za-z0-9_]*)"' -g
end

function __carecloudctl_instances
    path basename (path dirname /etc/carecloud-syncd/*/config.yaml)
end

set -l commands status sync changes get history diff why erase events quarantine export backfill reconcile passes cancel doctor help
set -l none "not __fish_seen_subcommand_from $commands"

complete -c carecloudctl -f
complete -c carecloudctl -l url -x -a 'http://127.0.0.1:8461 unix:/run/carecloud-syncd/api.sock' -d 'address of the API'
complete -c carecloudctl -l instance -x -a '(__carecloudctl_instances)' -d 'one of several agencies'
complete -c carecloudctl -l config -r -F -d 'daemon configuration'
complete -c carecloudctl -l token-file -r -F -d 'file with the API token'
complete -c carecloudctl -l ca-file -r -F -d 'additional CA certificates for https'
complete -c carecloudctl -l json -d 'print JSON'
complete -c carecloudctl -s h -l help -d 'print this help and exit'
complete -c carecloudctl -s V -l version -d 'print the version and exit'

complete -c carecloudctl -n $none -a status -d 'overall state and progress of each stream'
complete -c carecloudctl -n $none -a sync -d 'poll the portal now and report what was received'
complete -c carecloudctl -n $none -a changes -d 'print the change log as JSON, one change per line'
complete -c carecloudctl -n $none -a get -d 'print a record, byte for byte as received from the portal'
complete -c carecloudctl -n $none -a history -d 'list the changes of a record, newest first'
complete -c carecloudctl -n $none -a diff -d 'show which fields of a record were corrected'
complete -c carecloudctl -n $none -a why -d 'show what became of a record, in order of time'
complete -c carecloudctl -n $none -a erase -d 'erase the content of a record and of every copy'
complete -c carecloudctl -n $none -a events -d 'list received events, newest first'
complete -c carecloudctl -n $none -a quarantine -d 'list records that could not be stored, with reasons'
complete -c carecloudctl -n $none -a export -d 'export the records of a stream, all or for a range of days'
complete -c carecloudctl -n $none -a backfill -d 'fetch a range of days from the portal again'
complete -c carecloudctl -n $none -a reconcile -d 'compare a stream with the portal and fix differences'
complete -c carecloudctl -n $none -a passes -d 'list backfills and reconciliations, newest first'
complete -c carecloudctl -n $none -a cancel -d 'cancel a backfill or reconciliation'
complete -c carecloudctl -n $none -a doctor -d 'test the portal and recommend settings'
complete -c carecloudctl -n $none -a help -d 'print help about all commands or one command'

complete -c carecloudctl -n '__fish_seen_subcommand_from sync get history diff why erase export backfill reconcile' -a '(__carecloudctl_entities)'
complete -c carecloudctl -n '__fish_seen_subcommand_from help' -a "$commands"
complete -c carecloudctl -n '__fish_seen_subcommand_from status' -l watch -d 'refresh every two seconds'
complete -c carecloudctl -n '__fish_seen_subcommand_from changes' -l since -x -d 'only changes after this number'
complete -c carecloudctl -n '__fish_seen_subcommand_from changes' -l follow -d 'keep printing new changes'
complete -c carecloudctl -n '__fish_seen_subcommand_from history' -l limit -x -d 'maximum number'
complete -c carecloudctl -n '__fish_seen_subcommand_from erase' -l requested-by -x -d 'who requested it'
complete -c carecloudctl -n '__fish_seen_subcommand_from events' -l open -d 'only events whose record has not arrived yet'
complete -c carecloudctl -n '__fish_seen_subcommand_from events' -l limit -x -d 'maximum number'
complete -c carecloudctl -n '__fish_seen_subcommand_from quarantine' -l limit -x -d 'maximum number'
complete -c carecloudctl -n '__fish_seen_subcommand_from quarantine' -l retry -x -d 'fetch this record now'
complete -c carecloudctl -n '__fish_seen_subcommand_from export' -l from -x -d 'first day'
complete -c carecloudctl -n '__fish_seen_subcommand_from export' -l to -x -d 'last day'
complete -c carecloudctl -n '__fish_seen_subcommand_from export' -l format -x -a 'ndjson csv' -d 'output format'
complete -c carecloudctl -n '__fish_seen_subcommand_from backfill' -l from -x -d 'first day'
complete -c carecloudctl -n '__fish_seen_subcommand_from backfill' -l to -x -d 'last day'
complete -c carecloudctl -n '__fish_seen_subcommand_from backfill' -l no-wait -d 'return without waiting for completion'
complete -c carecloudctl -n '__fish_seen_subcommand_from reconcile' -l deep -d 'compare contents'
complete -c carecloudctl -n '__fish_seen_subcommand_from reconcile' -l confirm-deletes -d 'mark many as deleted without confirmation'
complete -c carecloudctl -n '__fish_seen_subcommand_from reconcile' -l no-wait -d 'return without waiting for completion'
complete -c carecloudctl -n '__fish_seen_subcommand_from passes' -l limit -x -d 'maximum number'
