// The status page's own files, lib/api/page, compiled in: the daemon needs no files at run time.
#pragma once

#include <string_view>

namespace carecloud::page_files {

extern const std::string_view html;  // with @TITLE@ and @MAIN@
extern const std::string_view css;
extern const std::string_view js;
extern const std::string_view icon;

}  // namespace carecloud::page_files
