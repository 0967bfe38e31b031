# carecloud-syncd@.service, for several agencies on one machine: carecloud-syncd.service with what must be each instance's
# own. Both have the same sandbox and limits because they have one source. In ${made_template}.
set(unit_source ${PROJECT_SOURCE_DIR}/systemd/carecloud-syncd.service)
set(made_template ${PROJECT_BINARY_DIR}/systemd/carecloud-syncd@.service)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${unit_source})

file(READ ${unit_source} unit)
string(FIND "${unit}" "\n" first_line_end)
string(SUBSTRING "${unit}" ${first_line_end} -1 unit)
string(PREPEND unit "# carecloud-syncd(8) for NAME, one of several agencies: letters, digits, - and _, at most 15. Change it with\n\
# `systemctl edit carecloud-syncd@NAME`, or all with `systemctl edit carecloud-syncd@.service`, never here: an upgrade\n\
# replaces this file.")
foreach(setting
    "Description=Keeps a database aligned with the CareCloud Portal (%i)"
    "ExecStart=/usr/sbin/carecloud-syncd --config /etc/carecloud-syncd/%i/config.yaml"
    # A user of its own: without User=, all instances have the same, after the part of the name before the @. A user's name
    # has at most 31 characters.
    "User=carecloud-syncd-%i"
    # Not carecloud-syncd/%i: a dynamic user's folder cannot be within another's, which carecloud-syncd.service has.
    "StateDirectory=carecloud-syncd@%i"
    "RuntimeDirectory=carecloud-syncd@%i"
    "LoadCredential=api-key:/etc/carecloud-syncd/%i/api-key")
  string(REGEX MATCH "^[^=]+=" key "${setting}")
  string(REGEX MATCHALL "\n${key}" found "${unit}")
  list(LENGTH found count)
  if(NOT count EQUAL 1)
    message(FATAL_ERROR "${unit_source}: ${key} ${count} times instead of once")
  endif()
  string(REGEX REPLACE "\n${key}[^\n]*" "\n${setting}" unit "${unit}")
endforeach()
file(WRITE ${made_template} "${unit}")
