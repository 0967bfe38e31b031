// The text of the portal's responses: the envelope in either spelling, projections, and the gateway's messages.
#pragma once

#include "portal/mongo_filter.hpp"
#include "portal/portal_document.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// The projection of a request. Strict: `_id` is included only if it is requested. Values are the document's own bytes,
// except within a dotted path, where they are serialized again.
class PortalProjection {
  public:
    explicit PortalProjection(const std::vector<std::string>& fields);
    void append(const PortalDocument& document, std::string& out) const;

  private:
    std::vector<FieldPath> paths_;
    bool keys_only_ = false;  // only `_id` and `modified`: written without a search
};

// {"isSuccess":true,…,"data": up to the value of data; with `total` if the portal counts.
std::string answer_head(bool pascal, std::optional<std::size_t> total);
inline constexpr std::string_view kAnswerTail = "}";

// {"isSuccess":false,"responseStatus":{"errorCode":…,"message":…}}
std::string refusal_text(bool pascal, std::string_view code, std::string_view message);

// {"message":"…"}: the gateway's message, whose spelling does not depend on the portal's.
std::string gateway_text(std::string_view message);

}  // namespace carecloud
