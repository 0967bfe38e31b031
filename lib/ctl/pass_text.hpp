// A bounded pass (a backfill or reconciliation), as reported by /v1/passes, formatted for people.
//
// Pure. Throws nlohmann's exception if the JSON has another structure.
#pragma once

#include "base/clock.hpp"
#include "ctl/ctl_output.hpp"
#include "ctl/daemon_client.hpp"

#include <string>

namespace carecloud {

// Whether the pass is neither waiting nor running.
bool has_ended(const CtlJson& pass);
// The exit code for an ended pass: `wrong` if it failed, was canceled or awaits confirmation.
CtlExit pass_exit(const CtlJson& pass);

// "[########................] 1 of 3 steps, 1,234 records, 120 per second, about 10 s left". `first_seen`: the pass
// when watching began, `watched` ago.
std::string pass_progress(const CtlJson& pass, const CtlJson& first_seen, Duration watched);
// The outcome, on two or more lines.
std::string pass_outcome(const CtlJson& pass, const CtlOutput& paint);
// The table of /v1/passes; empty if there are no passes.
std::string passes_text(const CtlJson& passes);

}  // namespace carecloud
