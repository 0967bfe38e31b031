// The status page for people, rendered from the state at one moment. Pure: the same view gives the same bytes.
#pragma once

#include "base/error.hpp"
#include "model/event.hpp"
#include "model/job.hpp"
#include "store/peers.hpp"
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
    std::optional<StreamState> state{};        // empty if it never committed
    std::optional<std::uint64_t> records{};    // empty if they cannot be counted now
    std::optional<StreamSnapshot> snapshot{};  // empty if it is not running
    const PassEntry* last = nullptr;           // null if no pass has ended since the start of the process
    const PassUnderWay* under_way = nullptr;   // null if nothing was stored since the last pass
};

struct StatusView {
    std::string version{};
    Timestamp started_at{};
    Timestamp now{};
    std::vector<Reason> reasons{};
    Result<StoreCounts> counts{StoreCounts{}};
    std::optional<std::uint64_t> monthly_quota{};
    std::vector<StreamView> streams{};
    std::vector<Job> passes{};  // newest first
    std::vector<Subscription> subscriptions{};
    std::vector<DaemonRow> daemons{};  // empty: the store is one that one daemon alone can open
    DayHistory::Quarters day{};
    bool followed = true;  // whether its script may follow the changes, to update soon after one
};

// The whole page, UTF-8. All foreign text is escaped.
std::string status_page(const StatusView& view);

// One stream on the page. `state`: the worst state among the stream's reasons.
std::string stream_card(const StreamView& stream, ServiceState state, Timestamp now);
// The daemons on the store; nothing if there is no list.
std::string daemons_card(const std::vector<DaemonRow>& daemons, Timestamp now);
// "4 min ago"; "just now" within a second.
std::string ago_of(Timestamp at, Timestamp now);

// The status page's own files, lib/api/ui/page, compiled in: the daemon needs no files at run time.
extern const std::string_view kPageHtml;  // with @TITLE@ and @MAIN@
extern const std::string_view kPageCss;
extern const std::string_view kPageJs;
extern const std::string_view kPageIcon;

// Escapes text, so it is never markup, in an element or in an attribute in double quotes. Control characters and
// invalid UTF-8 become U+FFFD.
std::string html(std::string_view text);

}  // namespace carecloud
