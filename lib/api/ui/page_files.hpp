// The status page's own files, lib/api/ui/page, compiled in: the daemon needs no files at run time.
#pragma once

#include <string_view>

namespace carecloud {

extern const std::string_view kPageHtml;  // with @TITLE@ and @MAIN@
extern const std::string_view kPageCss;
extern const std::string_view kPageJs;
extern const std::string_view kPageIcon;

}  // namespace carecloud
