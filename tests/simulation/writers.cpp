#include "simulation/writers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kHugeBytes = 40'000;
constexpr std::size_t kHugeMax = 2;
constexpr Duration kAhead = 24h * 300;  // later than the end of any world
constexpr std::uint64_t kRareWriterSeed = 0x777269746572U;

Timestamp whole_milliseconds(Timestamp at) {
    return {at.ticks / Timestamp::ticks_per_millisecond * Timestamp::ticks_per_millisecond};
}

std::string random_id(Random& random) {
    std::array<char, 25> text{};
    std::snprintf(text.data(), text.size(), "%08llx%016llx", static_cast<unsigned long long>(random() >> 32U),
                  static_cast<unsigned long long>(random()));
    return text.data();
}

std::string day_text(std::uint64_t month, std::uint64_t day) {
    return std::to_string(20'240'000 + month * 100 + day);
}

// Derived from the id: a start in the first quarter, and an end soon after, a month later, or none.
void give_days(const std::string& id, Written& record) {
    const std::uint64_t number = std::stoull(id.substr(0, 4), nullptr, 16);
    const std::uint64_t month = 1 + number % 3;
    const std::uint64_t day = 1 + number / 3 % 28;
    record.first_day = day_text(month, day);
    if (number % 5 > 0) record.last_day = number % 5 == 1 ? day_text(month + 1, day) : day_text(month, 28);
}

}  // namespace

bool Written::had(std::optional<Timestamp> version, Timestamp since, Timestamp until) const {
    if (!version && (versions.empty() || since < versions.front().from)) return true;
    for (std::size_t i = 0; i < versions.size() && versions[i].from <= until; ++i) {
        const bool is_over = i + 1 < versions.size() && versions[i + 1].from <= since;
        if (versions[i].modified == version && !is_over) return true;
    }
    return false;
}

std::size_t edit_of(std::string_view body) {
    constexpr std::string_view before = R"("text":"edit )";
    const auto at = body.find(before);
    if (at == std::string_view::npos) return 0;
    const std::string_view digits = body.substr(at + before.size());
    std::size_t edit = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), edit);
    return edit;
}

Writers::Writers(PortalModel& model, Replica& replica, const WorldSettings& settings, const WorldPlan& plan,
                 Random& random, OnWritten on_written)
    : model_(model),
      replica_(replica),
      settings_(settings),
      plan_(plan),
      random_(random),
      rare_random_(settings.seed ^ kRareWriterSeed),
      on_written_(std::move(on_written)) {
    for (const std::string& entity : plan.entities)
        records_[entity];
}

std::string Writers::raw(const std::string& id, const Written& record) {
    std::string text = R"({"_id":")" + id + R"(","workspace_id":"w","bucket_id":"b","kind":")";
    text += record.of_kind_a ? "a" : "b";
    text += R"(","text":"edit )" + std::to_string(++edits_) + "\"";
    if (settings_.has(Fault::fickle)) text += R"(,"url":"sig-00000000")";
    if (record.huge) text += R"(,"signature":")" + std::string(kHugeBytes, 'x') + "\"";
    text += R"(,"startDate":")" + record.first_day + "\"";
    if (!record.last_day.empty()) text += R"(,"endDate":")" + record.last_day + "\"";
    text += record.disabled ? R"(,"disabled":true)" : R"(,"disabled":false)";
    return text + R"(,"modified":")" + record.modified.to_string() + "\"}";
}

void Writers::put(const Batch& batch, const std::string& id, Written record) {
    if (!batch.repeats) {
        // Without that fault a version never goes back behind the previous one, whatever clock wrote it.
        const Timestamp least{record.modified.ticks + Timestamp::ticks_per_millisecond};
        const bool is_free =
            record.raw.empty() || settings_.has(Fault::back) || settings_.has(Fault::distant);
        record.modified = is_free ? batch.modified : std::max(batch.modified, least);
    }
    record.back = record.modified <= record.peak;
    record.reversible = record.reversible || record.back;
    record.peak = std::max(record.peak, record.modified);
    record.visible_from = std::max(batch.visible_from, model_.now());
    record.very_late = batch.very_late;
    if (!record.very_late) last_visible_ = std::max(last_visible_, record.visible_from);
    record.unbumped = false;
    if (record.raw.empty()) {
        record.of_kind_a = id.back() < '8';
        give_days(id, record);
    }
    if (batch.moves) {
        record.of_kind_a = !record.of_kind_a;
        record.moved = record.visible_from;
    }
    record.raw = raw(id, record);
    record.edit = edits_;
    note_version(record, {record.visible_from, record.modified, record.edit});
    store(batch.entity, record);
    Written& kept = records_[batch.entity][id];
    kept = std::move(record);
    on_written_(batch.entity, id, kept);
}

Writers::Batch Writers::begin_batch(const std::string& entity) {
    const Timestamp now = whole_milliseconds(model_.now());
    Batch batch{.entity = entity, .modified = now, .visible_from = now};
    if (settings_.has(Fault::future) && chance(random_, 5))
        batch.modified = whole_milliseconds(now + spread(random_, 1h));
    else if (settings_.has(Fault::skew) && chance(random_, 15))
        batch.modified = whole_milliseconds(now + -plan_.overlap * between(random_, 1, 70) / 100);
    if (settings_.has(Fault::very_late) && chance(random_, 3)) {
        batch.visible_from = batch.modified + plan_.overlap + spread(random_, plan_.overlap);
        batch.very_late = true;
    } else if (settings_.has(Fault::late) && chance(random_, 25)) {
        batch.visible_from = std::min(now, batch.modified) + plan_.overlap * between(random_, 1, 70) / 100;
    }
    put_back_in_time(batch, now);
    batch.modified = batch.modified + ahead();
    return batch;
}

Duration Writers::ahead() const {
    return settings_.has(Fault::ahead) ? kAhead : Duration{};
}

// The clock of another server, which is behind, or a wrong date.
void Writers::put_back_in_time(Batch& batch, Timestamp now) {
    if (settings_.has(Fault::back) && chance(rare_random_, 20)) {
        batch.modified = whole_milliseconds(now + -spread(rare_random_, plan_.overlap));
        batch.repeats = chance(rare_random_, 25);
    } else if (settings_.has(Fault::distant) && chance(rare_random_, 4)) {
        batch.modified = *Timestamp::parse("2099-12-31T00:00:00Z");
    }
    if (batch.repeats || is_behind(batch)) batch.very_late = true;
}

// Whether the batch lies further back than a pass can find: passes settle versions older than the overlap.
bool Writers::is_behind(const Batch& batch) const {
    const Timestamp visible_from = std::max(batch.visible_from, model_.now());  // as in put()
    return settings_.has(Fault::back) && batch.modified < visible_from + -plan_.overlap * 70 / 100;
}

FieldTypes Writers::types_of(const Written& record) const {
    FieldTypes types = model_.settings().types();
    types.modified_is_date = types.modified_is_date != record.odd_modified;
    types.id_is_oid = types.id_is_oid != record.odd_id;
    return types;
}

void Writers::store(const std::string& entity, const Written& record) {
    const FieldTypes types = types_of(record);
    if (!model_.put(entity, record.raw, record.visible_from, types)) std::abort();
    replica_.put(entity, record.raw, record.visible_from, types, model_.now());
}

// A version that was superseded before it was visible never existed.
void Writers::note_version(Written& record, const Written::Version& version) {
    while (!record.versions.empty() && model_.now() < record.versions.back().from)
        record.versions.pop_back();
    record.versions.push_back(version);
}

void Writers::fill() {
    for (const std::string& entity : plan_.entities) {
        Batch batch{.entity = entity,
                    .modified = whole_milliseconds(plan_.start - 24h + ahead()),
                    .visible_from = model_.now()};
        for (std::size_t i = 0; i < plan_.records; ++i) {
            if (chance(random_, plan_.ties_end)) batch.modified = batch.modified + 1s;
            put(batch, random_id(random_), {});
        }
    }
}

std::vector<std::string> Writers::pick(const std::string& entity, std::size_t count) {
    std::vector<std::string> ids;
    const auto& records = records_[entity];
    for (std::size_t i = 0; i < count && !records.empty(); ++i) {
        const auto index = between(random_, 0, static_cast<std::int64_t>(records.size()) - 1);
        const auto record = std::next(records.begin(), index);
        if (!record->second.deleted && std::find(ids.begin(), ids.end(), record->first) == ids.end())
            ids.push_back(record->first);
    }
    return ids;
}

std::string Writers::insert(const std::string& entity) {
    const Batch batch = begin_batch(entity);
    const auto count = chance(random_, 20) ? between(random_, 20, 150) : between(random_, 1, 8);
    for (std::int64_t i = 0; i < count; ++i) {
        Written record;
        record.huge = settings_.has(Fault::size) && huge_ < kHugeMax && chance(random_, 0.5);
        huge_ += record.huge;
        if (settings_.has(Fault::mixed) && chance(rare_random_, 8))
            (chance(rare_random_, 60) ? record.odd_modified : record.odd_id) = true;
        put(batch, random_id(random_), record);
    }
    return "inserts " + std::to_string(count) + " of " + entity + " with " + batch.modified.to_string_ms() +
           ", visible from " + batch.visible_from.to_string_ms();
}

std::string Writers::change(const std::string& entity) {
    Batch batch = begin_batch(entity);
    const bool flip = chance(random_, 25);
    batch.moves = settings_.has(Fault::move) && chance(random_, 10);
    const auto ids = pick(entity, static_cast<std::size_t>(between(random_, 1, 20)));
    for (const std::string& id : ids) {
        Written record = records_[entity][id];
        if (flip) record.disabled = !record.disabled;
        put(batch, id, std::move(record));
    }
    if (settings_.has(Fault::back) && chance(rare_random_, 20)) change_again(batch, ids);
    const std::string moved = batch.moves ? "moves and " : "";
    return moved + (flip ? "disables or restores " : "updates ") + std::to_string(ids.size()) + " of " +
           entity + " with " + batch.modified.to_string_ms() + ", visible from " +
           batch.visible_from.to_string_ms();
}

std::string Writers::remove(const std::string& entity) {
    const auto ids = pick(entity, static_cast<std::size_t>(between(random_, 1, 5)));
    for (const std::string& id : ids)
        remove(entity, id);
    return "deletes " + std::to_string(ids.size()) + " of " + entity;
}

void Writers::remove(const std::string& entity, const std::string& id) {
    model_.erase(entity, id);
    replica_.erase(entity, id, model_.now());
    Written& record = records_[entity][id];
    record.deleted = true;
    record.deleted_at = model_.now();
    note_version(record, {.from = model_.now()});
}

// By another server, seconds later, and visible a little later still; its clock is ahead or behind.
void Writers::change_again(const Batch& first, const std::vector<std::string>& ids) {
    Batch batch = first;
    batch.repeats = batch.moves = false;
    batch.modified =
        whole_milliseconds(first.modified + std::chrono::milliseconds(between(rare_random_, -4000, 4000)));
    batch.visible_from = model_.now() + spread(rare_random_, 20s);
    batch.very_late = is_behind(batch);
    for (const std::string& id : ids)
        put(batch, id, records_[first.entity][id]);
}

std::string Writers::correct_some() {
    const Timestamp now = whole_milliseconds(model_.now());
    std::size_t count = 0;
    for (auto& [entity, records] : records_) {
        Batch batch{.entity = entity, .modified = now, .visible_from = now};
        for (auto& [id, record] : records) {
            if (record.deleted || record.modified < now + 24h * 365) continue;
            put(batch, id, record);
            record.peak = now;
            ++count;
        }
    }
    return count == 0 ? "" : "corrects " + std::to_string(count) + " dates that were years ahead";
}

std::string Writers::restore() {
    if (backup_.empty()) return {};
    for (auto& [entity, records] : records_) {
        for (auto& [id, record] : records) {
            const auto kept = backup_[entity].find(id);
            const bool was_there = kept != backup_[entity].end() && !kept->second.deleted;
            if (was_there)
                restore(entity, id, kept->second);
            else if (!record.deleted)
                remove(entity, id);
            record.restored_at = model_.now();
        }
    }
    return "the portal is restored from its backup";
}

void Writers::restore(const std::string& entity, const std::string& id, const Written& kept) {
    Written& record = records_[entity][id];
    if (!record.deleted && record.raw == kept.raw) return;
    Written restored = kept;
    restored.versions = record.versions;
    restored.peak = record.peak;
    restored.odd_modified = record.odd_modified;
    restored.odd_id = record.odd_id;
    restored.back = restored.reversible = true;
    restored.visible_from = model_.now();
    if (restored.of_kind_a != record.of_kind_a || record.moved != Timestamp{}) restored.moved = model_.now();
    note_version(restored, {model_.now(), restored.modified, restored.edit});
    store(entity, restored);
    record = std::move(restored);
}

void Writers::retype() {
    ModelSettings settings = model_.settings();
    settings.modified_is_date = !settings.modified_is_date;
    model_.change_settings(std::move(settings));
    for (auto& [entity, records] : records_) {
        for (auto& [id, record] : records)
            record.odd_modified = record.odd_id = false;
    }
}

void Writers::insert_plain() {
    for (const std::string& entity : plan_.entities) {
        const Timestamp now = whole_milliseconds(model_.now());
        for (int i = 0; i < 3; ++i)
            put({.entity = entity, .modified = now + ahead(), .visible_from = now}, random_id(random_), {});
    }
}

void Writers::remove_newest() {
    if (!settings_.has(Fault::remove)) return;
    for (const auto& [entity, records] : records_) {
        const auto is_there = [&](const Written& record) {
            return !record.deleted && record.visible_from <= model_.now();
        };
        const auto newest =
            std::max_element(records.begin(), records.end(), [&](const auto& a, const auto& b) {
                return std::pair(is_there(a.second), a.second.modified) <
                       std::pair(is_there(b.second), b.second.modified);
            });
        if (newest != records.end() && is_there(newest->second)) remove(entity, newest->first);
    }
}

std::string Writers::edit_unbumped(const std::string& entity) {
    const auto ids = pick(entity, 2);
    for (const std::string& id : ids) {
        Written& record = records_[entity][id];
        record.raw = raw(id, record);
        record.edit = edits_;
        record.unbumped = true;
        record.edited_at = model_.now();
        note_version(record, {std::max(record.visible_from, model_.now()), record.modified, record.edit});
        store(entity, record);
    }
    return "edits " + std::to_string(ids.size()) + " of " + entity + " without changing modified";
}

const std::string& Writers::any_entity() {
    return plan_.entities[static_cast<std::size_t>(
        between(random_, 0, static_cast<std::int64_t>(plan_.entities.size()) - 1))];
}

std::string Writers::change_some() {
    return change(any_entity());
}

std::string Writers::write_some() {
    const std::string& entity = any_entity();
    const auto kind = between(random_, 0, 99);
    if (kind < 8 && settings_.has(Fault::remove)) return remove(entity);
    if (kind < 12 && settings_.has(Fault::unbumped)) return edit_unbumped(entity);
    if (kind < 50) return change(entity);
    return insert(entity);
}

}  // namespace carecloud
