// Heals a cursor that lies in the future by the portal's clock and by this machine's (hazard 31). I/O thread alone.
#pragma once

#include "sync/stream/pass.hpp"

namespace carecloud {

// The state with its cursor on the newest record held that is not in the future; none: the stream is read from the
// start. Nothing of it is committed; a whole reconciliation was asked for.
Task<Result<StreamState>> with_cursor_back(PassContext context, const PassSettings& settings,
                                           StreamState state);

}  // namespace carecloud
