#include "simulation/replica.hpp"

#include <utility>

namespace carecloud {

void Replica::put(std::string_view entity, std::string raw, Timestamp visible_from, FieldTypes types,
                  Timestamp now) {
    if (kept_)
        writes_.push_back({now, std::string(entity), std::move(raw), visible_from, types, /*erased=*/false});
}

void Replica::erase(std::string_view entity, std::string_view id, Timestamp now) {
    if (kept_) writes_.push_back({now, std::string(entity), std::string(id), now, {}, /*erased=*/true});
}

void Replica::catch_up(Timestamp to) {
    while (!writes_.empty() && writes_.front().at <= to) {
        Write write = std::move(writes_.front());
        writes_.pop_front();
        model_.set_now(write.at);
        if (write.erased)
            model_.erase(write.entity, write.raw);
        else if (!model_.put(write.entity, std::move(write.raw), write.visible_from, write.types))
            std::abort();
    }
    model_.set_now(to);
}

std::optional<PortalModel::Answer> Replica::answer(const ModelSettings& settings, std::string_view kind,
                                                   const std::string& entity, const std::string& text,
                                                   Timestamp now) {
    if (!kept_ || (kind != "query" && kind != "retrieve")) return std::nullopt;
    model_.change_settings(settings);
    catch_up({now.ticks - lag_ticks_});
    return kind == "query" ? model_.query(entity, text) : model_.retrieve(entity, text);
}

}  // namespace carecloud
