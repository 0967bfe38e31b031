#include "contract/random_batch.hpp"

#include "contract/backend.hpp"
#include "support/pages.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>

namespace carecloud {
namespace {

class Draw {
  public:
    Draw(std::uint64_t seed, std::uint64_t index) : engine_(seed * 1'000'003 + index) {}

    std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }
    std::string id() { return "id-" + std::to_string(below(400)); }

    TestRecord record() {
        TestRecord record{.id = id(), .modified = test_time_text(static_cast<std::int64_t>(below(40)))};
        // Few different bodies, so versions recur; occasionally one that spans several database pages.
        const std::size_t size = one_in(30) ? 40'000 : 20;
        record.body = R"({"v":")" + std::string(size, static_cast<char>('a' + below(3))) + "\"}";
        record.disabled = one_in(8);
        return record;
    }

    TestInvalid invalid() {
        return {id(), one_in(2) ? "yesterday" : "today", one_in(2) ? "no time" : "no order",
                R"({"invalid":true})"};
    }

  private:
    std::mt19937_64 engine_;
};

// Responses arrive in the order of the indices, but some were requested before others arrived.
Asked overlapping_answer(Draw& draw, std::uint64_t index) {
    const std::uint64_t early = std::min<std::uint64_t>(index * 10, draw.below(30));
    const auto sent = static_cast<std::int64_t>(index * 10 - early);
    const auto received = sent + static_cast<std::int64_t>(draw.below(20));
    return {{Duration(sent)}, {Duration(received)}};
}

}  // namespace

Batch random_batch(std::uint64_t seed, std::uint64_t index, bool overlapping) {
    Draw draw(seed, index);
    std::vector<TestRecord> records(draw.below(60));
    for (TestRecord& record : records)
        record = draw.record();
    std::vector<TestInvalid> invalid(draw.one_in(3) ? draw.below(4) : 0);
    for (TestInvalid& record : invalid)
        record = draw.invalid();
    Batch batch{
        .stream = draw.one_in(4) ? "family" : "claim_attendance", .page = {}, .state = {}, .unreachable = {}};
    batch.page = make_page(records, invalid, overlapping ? overlapping_answer(draw, index) : Asked{});
    // Some are requested before every replica shows what is held.
    batch.asked_at = test_time(static_cast<std::int64_t>(draw.below(1'000)));
    batch.on_demand = draw.one_in(5);
    batch.state = test_state(batch.stream, test_time_text(), std::to_string(index));
    return batch;
}

std::uint64_t index_of(const StreamState& state) {
    return std::stoull(state.cursor.value().id);
}

std::uint64_t test_seed() {
    const char* given = std::getenv("CARECLOUD_SEED");
    const std::uint64_t seed = given ? std::stoull(given) : std::random_device{}();
    std::cout << "CARECLOUD_SEED=" << seed << std::endl;
    return seed;
}

}  // namespace carecloud
