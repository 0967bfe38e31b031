// The last question about a record that the portal has twice not listed within the stream.
#pragma once

#include "sync/fetcher.hpp"

#include <string>

namespace carecloud {

// True: the record is none of the stream's. The portal denies it when it is asked for it alone, or it has it and the
// stream's filter leaves it out. False: it is there, and the listings were wrong (hazard 21). `spec` lives until the
// end. Errors: the portal's.
Task<Result<bool>> is_denied(Fetcher& fetcher, const StreamSpec& spec, std::string id);

}  // namespace carecloud
