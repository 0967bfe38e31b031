// A bounded pass (a backfill, a reconciliation) as /v1/passes reports it, for people.
//
// Pure; nlohmann's exception where it is of another shape.
#pragma once

#include "base/clock.hpp"
#include "ctl/ctl_output.hpp"
#include "ctl/daemon_client.hpp"

#include <string>

namespace carecloud {

// Whether nothing more becomes of it.
bool has_ended(const CtlJson& pass);
// What one leaves with for it: wrong where it failed, asks, or was canceled.
CtlExit pass_exit(const CtlJson& pass);

// "[#####…………] 1 of 3 steps, 1,234 records, about 10 s left", while it goes on and since `watched` ago.
std::string pass_progress(const CtlJson& pass, const CtlJson& first_seen, Duration watched);
// What became of it: one line or some.
std::string pass_outcome(const CtlJson& pass, const CtlOutput& paint);
// Of /v1/passes; empty where there are none.
std::string passes_text(const CtlJson& passes);

}  // namespace carecloud
