// The status page for people, drawn from what is known at one moment. Pure: the same view gives the same bytes.
#pragma once

#include "base/error.hpp"
#include "model/event.hpp"
#include "model/job.hpp"
#include "store/reader.hpp"
#include "sync/engine.hpp"
#include "telemetry/histories.hpp"
#include "telemetry/service_state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

struct StreamView {
    std::string entity{};
    std::optional<StreamState> state{};        // none: it never committed
    std::optional<std::uint64_t> records{};    // none: they cannot be counted now
    std::optional<StreamSnapshot> snapshot{};  // none: it does not run now
    const PassEntry* last = nullptr;           // null: no pass has ended in this life
    const PassUnderWay* under_way = nullptr;   // null: nothing was stored since
};

struct StatusView {
    std::string version{};
    Timestamp started_at{};
    Timestamp now{};
    std::vector<Reason> reasons{};
    Result<StoreCounts> counts{StoreCounts{}};
    std::optional<std::uint64_t> monthly_quota{};
    std::vector<StreamView> streams{};
    std::vector<Job> passes{};  // the newest first
    std::vector<Subscription> subscriptions{};
    DayHistory::Quarters day{};
    bool followed = true;  // its script may follow the changes, and updates at once when there are some
};

// The whole page, UTF-8. Whatever comes from elsewhere is escaped in it.
std::string status_page(const StatusView& view);

// One stream on the page. `state`: the worst of the stream's own reasons.
std::string stream_card(const StreamView& stream, ServiceState state, Timestamp now);
// "4 min ago"; "just now" within a second.
std::string ago_of(Timestamp at, Timestamp now);

// The status page's own files, lib/api/ui/page, compiled in: the daemon needs no files at run time.
extern const std::string_view kPageHtml;  // with @TITLE@ and @MAIN@
extern const std::string_view kPageCss;
extern const std::string_view kPageJs;
extern const std::string_view kPageIcon;

// The text escaped, so that it is never markup: for the content of an element and for an attribute in double quotes.
// Control characters become U+FFFD, and so do bytes that are no UTF-8.
std::string html(std::string_view text);

}  // namespace carecloud
