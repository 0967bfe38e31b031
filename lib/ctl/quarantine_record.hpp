// carecloudctl quarantine --retry ID. I/O thread.
#pragma once

#include "ctl/command_context.hpp"

namespace carecloud {

// Asks for the records of that id, one in each stream that has it in quarantine, and says what came. Ends with `wrong`
// where one stays there, or none is.
CtlTask retry_quarantined_record(CommandContext& context);

}  // namespace carecloud
