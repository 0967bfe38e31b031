// What every page must keep that a Portal hands out, whatever the other side sent. Pure.
#pragma once

#include "model/page.hpp"

#include <cstddef>

namespace carecloud {

// Ends the process (base/ensure.hpp) where the page has more records than `take`, a record outside its own bytes, or
// an answer that came before its request.
void ensure_page(const Page& page, std::size_t take);

}  // namespace carecloud
