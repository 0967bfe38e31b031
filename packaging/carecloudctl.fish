# Completion of carecloudctl for fish. As a package installs it: /usr/share/fish/vendor_completions.d/carecloudctl.fish.
# Streams' names are asked of the daemon where one answers; nothing else is.

function __carecloudctl_entities
    carecloudctl status --json 2>/dev/null | string match -ar '"entity":"([A-Za-z0-9_]*)"' -g
end

set -l commands status sync changes get events quarantine export backfill reconcile passes cancel doctor help
set -l none "not __fish_seen_subcommand_from $commands"

complete -c carecloudctl -f
complete -c carecloudctl -l url -x -a 'http://127.0.0.1:8461 unix:/run/carecloud-syncd/api.sock' -d 'where the API listens'
complete -c carecloudctl -l config -r -F -d 'the configuration of the daemon'
complete -c carecloudctl -l token-file -r -F -d 'the file with the token of the API'
complete -c carecloudctl -l ca-file -r -F -d 'certificates to trust, for https'
complete -c carecloudctl -l json -d 'JSON for programs'
complete -c carecloudctl -s h -l help -d 'print help and exit'
complete -c carecloudctl -s V -l version -d 'print the version and exit'

complete -c carecloudctl -n $none -a status -d 'whether all is well, and how far each stream is'
complete -c carecloudctl -n $none -a sync -d 'look at the portal now, and say what came'
complete -c carecloudctl -n $none -a changes -d 'the change log, a line of JSON a change'
complete -c carecloudctl -n $none -a get -d 'a record, byte for byte as the portal gave it'
complete -c carecloudctl -n $none -a events -d 'the notifications that came, the newest first'
complete -c carecloudctl -n $none -a quarantine -d 'the records that could not be taken, with the reasons'
complete -c carecloudctl -n $none -a export -d 'all records of a stream, or those of some days'
complete -c carecloudctl -n $none -a backfill -d 'read again what the portal has for some days'
complete -c carecloudctl -n $none -a reconcile -d 'compare with the portal, and fix what differs'
complete -c carecloudctl -n $none -a passes -d 'the backfills and reconciliations, the newest first'
complete -c carecloudctl -n $none -a cancel -d 'end a backfill or a reconciliation'
complete -c carecloudctl -n $none -a doctor -d 'ask the portal what its documents leave open'
complete -c carecloudctl -n $none -a help -d 'what the commands are, or what one of them does'

complete -c carecloudctl -n '__fish_seen_subcommand_from sync get export backfill reconcile' -a '(__carecloudctl_entities)'
complete -c carecloudctl -n '__fish_seen_subcommand_from help' -a "$commands"
complete -c carecloudctl -n '__fish_seen_subcommand_from status' -l watch -d 'show it again every two seconds'
complete -c carecloudctl -n '__fish_seen_subcommand_from changes' -l since -x -d 'what came after that number'
complete -c carecloudctl -n '__fish_seen_subcommand_from changes' -l follow -d 'go on with what comes'
complete -c carecloudctl -n '__fish_seen_subcommand_from events' -l open -d 'only those that wait for their record'
complete -c carecloudctl -n '__fish_seen_subcommand_from events' -l limit -x -d 'at most so many'
complete -c carecloudctl -n '__fish_seen_subcommand_from quarantine' -l limit -x -d 'at most so many'
complete -c carecloudctl -n '__fish_seen_subcommand_from quarantine' -l retry -x -d 'ask for that record now'
complete -c carecloudctl -n '__fish_seen_subcommand_from export' -l from -x -d 'first day'
complete -c carecloudctl -n '__fish_seen_subcommand_from export' -l to -x -d 'last day'
complete -c carecloudctl -n '__fish_seen_subcommand_from export' -l format -x -a 'ndjson csv' -d 'of the output'
complete -c carecloudctl -n '__fish_seen_subcommand_from backfill' -l from -x -d 'first day'
complete -c carecloudctl -n '__fish_seen_subcommand_from backfill' -l to -x -d 'last day'
complete -c carecloudctl -n '__fish_seen_subcommand_from backfill' -l no-wait -d 'do not wait for the end'
complete -c carecloudctl -n '__fish_seen_subcommand_from reconcile' -l deep -d 'compare contents, too'
complete -c carecloudctl -n '__fish_seen_subcommand_from reconcile' -l confirm-deletes -d 'delete many without asking'
complete -c carecloudctl -n '__fish_seen_subcommand_from reconcile' -l no-wait -d 'do not wait for the end'
complete -c carecloudctl -n '__fish_seen_subcommand_from passes' -l limit -x -d 'at most so many'
