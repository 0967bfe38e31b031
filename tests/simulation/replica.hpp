// A lagging copy of the portal: it responds as the portal would have responded some time ago.
#pragma once

#include "portal/portal_model.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

class Replica {
  public:
    // `lag`: in ticks. A replica without a lag records nothing.
    Replica(const ModelSettings& settings, std::int64_t lag_ticks, bool kept)
        : model_(settings), lag_ticks_(lag_ticks), kept_(kept) {}

    void put(std::string_view entity, std::string raw, Timestamp visible_from, FieldTypes types,
             Timestamp now);
    void erase(std::string_view entity, std::string_view id, Timestamp now);

    // Its current response. Kinds as SeenRequest's; std::nullopt: it does not handle such requests.
    std::optional<PortalModel::Answer> answer(const ModelSettings& settings, std::string_view kind,
                                              const std::string& entity, const std::string& text,
                                              Timestamp now);

  private:
    struct Write {
        Timestamp at;
        std::string entity;
        std::string raw;  // or the id of the erased record
        Timestamp visible_from;
        FieldTypes types;
        bool erased = false;
    };

    void catch_up(Timestamp to);

    PortalModel model_;
    std::int64_t lag_ticks_;
    bool kept_;
    std::deque<Write> writes_;
};

}  // namespace carecloud
