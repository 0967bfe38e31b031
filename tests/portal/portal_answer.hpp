// The text of the portal's answers: the envelope in either spelling, projection, and the gateway's own
// messages.
#pragma once

#include "portal/mongo_filter.hpp"
#include "portal/portal_document.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// What a request asks of each document. Strict: `_id` comes only if it is asked for. Values are the
// document's own bytes, but inside a dotted path, where they are written anew.
class PortalProjection {
  public:
    explicit PortalProjection(const std::vector<std::string>& fields);
    void append(const PortalDocument& document, std::string& out) const;

  private:
    std::vector<FieldPath> paths_;
    bool keys_only_ = false;  // just `_id` and `modified`: written without looking for them
};

// {"isSuccess":true,…,"data": up to the value of data; `total` where the portal counts.
std::string answer_head(bool pascal, std::optional<std::size_t> total);
inline constexpr std::string_view kAnswerTail = "}";

// {"isSuccess":false,"responseStatus":{"errorCode":…,"message":…}}
std::string refusal_text(bool pascal, std::string_view code, std::string_view message);

// {"message":"…"}: what the gateway says, in its own spelling whatever the portal's.
std::string gateway_text(std::string_view message);

}  // namespace carecloud
