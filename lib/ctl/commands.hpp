// The commands of carecloudctl, one function each; see command_table.cpp for what they do. I/O thread.
#pragma once

#include "ctl/command_context.hpp"

namespace carecloud {

CtlTask ctl_status(CommandContext& context);
CtlTask ctl_sync(CommandContext& context);
CtlTask ctl_changes(CommandContext& context);
CtlTask ctl_get(CommandContext& context);
CtlTask ctl_events(CommandContext& context);
CtlTask ctl_quarantine(CommandContext& context);

}  // namespace carecloud
