#include "core/change.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr Timestamp kEarly{100};
constexpr Timestamp kLate{200};
const Hash kHash{std::byte{1}};
const Hash kOther{std::byte{2}};

HeldVersion held(ChangeKind last) {
    return {.modified = kEarly, .hash = kHash, .last_change = last};
}

}  // namespace

TEST_CASE("a record never seen is created, or disabled where it comes so") {
    CHECK(decide(nullptr, kEarly, kHash, false).kind == ChangeKind::created);
    CHECK(decide(nullptr, kEarly, kHash, true).kind == ChangeKind::disabled);
    CHECK(decide(nullptr, kEarly, kHash, false).verdict == Verdict::take);
}

TEST_CASE("the version held is unchanged, an older one stale, a newer one taken") {
    const HeldVersion version = held(ChangeKind::created);
    CHECK(decide(&version, kEarly, kHash, false).verdict == Verdict::unchanged);
    CHECK(decide(&version, Timestamp{99}, kOther, false).verdict == Verdict::stale);
    CHECK(decide(&version, kLate, kHash, false).verdict == Verdict::take);
    CHECK(decide(&version, kLate, kOther, false).kind == ChangeKind::updated);
}

TEST_CASE("content that changed without moving `modified` is an update (hazard 6)") {
    const HeldVersion version = held(ChangeKind::created);
    const Decision decision = decide(&version, kEarly, kOther, false);
    CHECK(decision.verdict == Verdict::take);
    CHECK(decision.kind == ChangeKind::updated);
}

TEST_CASE("a record that was away is restored") {
    const HeldVersion disabled = held(ChangeKind::disabled);
    CHECK(decide(&disabled, kLate, kOther, false).kind == ChangeKind::restored);
    CHECK(decide(&disabled, kLate, kOther, true).kind == ChangeKind::disabled);
    const HeldVersion deleted = held(ChangeKind::deleted);
    const Decision same = decide(&deleted, kEarly, kHash, false);
    CHECK(same.verdict == Verdict::take);
    CHECK(same.kind == ChangeKind::restored);
}

TEST_CASE("names of changes are those of the change log") {
    for (const ChangeKind kind : {ChangeKind::created, ChangeKind::updated, ChangeKind::disabled,
                                  ChangeKind::deleted, ChangeKind::restored}) {
        CHECK(change_kind_from(to_string(kind)) == kind);
    }
    CHECK_FALSE(change_kind_from("vanished"));
}
