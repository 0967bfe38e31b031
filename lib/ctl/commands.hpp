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
CtlTask ctl_export(CommandContext& context);
CtlTask ctl_backfill(CommandContext& context);
CtlTask ctl_reconcile(CommandContext& context);
CtlTask ctl_passes(CommandContext& context);
CtlTask ctl_cancel(CommandContext& context);
CtlTask ctl_doctor(CommandContext& context);

}  // namespace carecloud
