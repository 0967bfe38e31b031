// Both readers are asked the same, at random, of stores with the same random rows.
#include "support/run_task.hpp"
#include "unit/store_reader/copied_store.hpp"

#include <cstdlib>
#include <iostream>
#include <random>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

std::uint64_t run_seed() {
    const char* given = std::getenv("CARECLOUD_SEED");
    const std::uint64_t seed = given ? std::stoull(given) : std::random_device{}();
    std::cout << "CARECLOUD_SEED=" << seed << std::endl;
    return seed;
}

class Dice {
  public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }
    bool one_in(std::size_t n) { return below(n) == 0; }
    template <class T>
    const T& of(const std::vector<T>& all) {
        return all[below(all.size())];
    }

  private:
    std::mt19937_64 random_;
};

// Ids whose order differs between bytes and any language.
const std::vector<std::string> kIds{
    "a", "A",  "b", "B",   "ab",  "aB",   "a-b", "a_b", "ä", "é",  "\xf0\x9f\x98\x80", "zz", "Z",
    "1", "10", "2", "a b", "a'b", "a\\b", "{}",  "\"",  "ß", "ss", "\xef\xbf\xbd"};

std::string modified_text(Dice& dice) {
    std::string text =
        "2024-01-0" + std::to_string(1 + dice.below(3)) + "T00:00:0" + std::to_string(dice.below(3));
    if (dice.one_in(2)) text += ".000000" + std::to_string(dice.below(3));
    return text + (dice.one_in(5) ? "+01:00" : "Z");
}

std::optional<DaySpan> days(Dice& dice) {
    if (dice.one_in(4)) return std::nullopt;
    const auto first = static_cast<std::uint32_t>(20240101 + dice.below(20));
    return DaySpan{first, static_cast<std::uint32_t>(first + dice.below(3))};
}

void change_store(StoreFixture& store, Dice& dice) {
    std::vector<TestRecord> records;
    std::vector<TestInvalid> invalid;
    for (const std::string& id : kIds) {
        if (dice.one_in(3))
            records.push_back({.id = id,
                               .modified = modified_text(dice),
                               .body = R"({"v":)" + std::to_string(dice.below(3)) + R"(,"s":")" +
                                       std::string(dice.below(400), 'x') + "\"}",
                               .disabled = dice.one_in(5),
                               .days = days(dice)});
        else if (dice.one_in(10))
            invalid.push_back({.id = id, .modified = "?", .body = "{\"\xc3\xa4\":1}"});
    }
    const std::string stream = dice.one_in(4) ? "t" : "s";
    Batch batch{.stream = stream, .page = make_page(records, invalid)};
    if (dice.one_in(3)) {
        const std::string& id = dice.of(kIds);
        const auto held = *run_task(store.io(), store.store().held(stream, {id}));
        if (held[0]) batch.gone.push_back({id, held[0]->modified_text, held[0]->modified.value()});
    }
    REQUIRE(run_task(store.io(), store.store().commit(std::move(batch))).has_value());
    REQUIRE(run_task(store.io(), store.store().note_first_pass(stream)).has_value());
    store.clock().set(
        Timestamp{store.clock().wall().ticks + static_cast<std::int64_t>(dice.below(50'000)) * 1000});
}

void add_events(StoreFixture& store, Dice& dice, std::size_t& number) {
    for (std::size_t left = dice.below(6); left > 0; --left) {
        const std::string id = "m" + std::to_string(number++);
        REQUIRE(run_task(store.io(),
                         store.store().receive(
                             {.message_id = id,
                              .topic_arn = "topic",
                              .event_type = "attendance",
                              .stream = dice.one_in(4) ? std::nullopt : std::optional<std::string>("s"),
                              .record_id = dice.of(kIds),
                              .body = "{}"}))
                    .has_value());
        if (dice.one_in(2))
            REQUIRE(run_task(store.io(), store.store().settle(
                                             {{id, dice.one_in(2) ? EventState::settled : EventState::gone}}))
                        .has_value());
    }
}

// Answers as text, each field by its name.
std::string word(const std::optional<std::string>& text) {
    return text ? "'" + *text + "'" : "none";
}
std::string word(std::uint64_t number) {
    return std::to_string(number);
}
std::string word(const std::optional<std::uint64_t>& number) {
    return number ? word(*number) : "none";
}

std::string word(const RecordRow& row) {
    return "record " + row.id + " " + row.modified + " " + to_hex(row.hash) + " " + word(row.seq) + " " +
           word(row.deleted_at) + " " + row.body + "\n";
}
std::string word(const std::optional<RecordRow>& row) {
    return row ? word(*row) : "none";
}
std::string word(const RecordPage& page) {
    std::string text = "next " + word(page.next) + "\n";
    for (const RecordRow& row : page.records)
        text += word(row);
    return text;
}
std::string word(const ChangePage& page) {
    std::string text = page.generation + " " + word(page.newest_seq) + " " + word(page.pruned_to) + "\n";
    for (const ChangeRow& row : page.changes)
        text += word(row.seq) + " " + row.stream + " " + row.id + " " + std::string(to_string(row.kind)) +
                " " + row.modified + " " + to_hex(row.hash) + " " + row.committed_at + "\n";
    return text;
}
std::string word(const std::optional<VersionPage>& page) {
    if (!page) return "none";
    std::string text = "next " + word(page->next) + "\n";
    for (const VersionRow& row : page->versions) {
        text += word(row.seq) + " " + std::string(to_string(row.kind)) + " " + row.modified + " " +
                to_hex(row.hash) + " " + row.committed_at + (row.kept ? " kept\n" : "\n");
        for (const Difference& one : row.corrections)
            text += one.day + " " + one.sign_in + " " + one.field + " " + word(one.was) + " " +
                    word(one.is_now) + "\n";
    }
    return text;
}
std::string word(const std::optional<VersionBody>& version) {
    return version ? to_hex(version->hash) + " " + word(version->body) : "none";
}
std::string word(const EventRow& row) {
    return row.message_id + " " + row.topic_arn + " " + row.event_type + " " + word(row.stream) + " " +
           row.record_id + " " + row.event_time + " " + row.received_at + " " + row.state + " " +
           word(row.settled_at) + "\n";
}
std::string word(const QuarantineRow& row) {
    return row.stream + " " + row.id + " " + row.modified + " " + row.reason + " " + word(row.body_bytes) +
           " " + word(row.attempts) + " " + row.first_at + " " + row.last_at + "\n";
}
std::string word(const std::optional<QuarantineRow>& row) {
    return row ? word(*row) : "none";
}
std::string word(const QuarantinePage& page) {
    std::string text = page.next ? "next " + page.next->stream + " " + page.next->id + "\n" : "end\n";
    for (const QuarantineRow& row : page.records)
        text += word(row);
    return text;
}
std::string word(const RecordLife& life) {
    std::string text = life.held ? "held\n" : "not held\n";
    for (const EventRow& row : life.events)
        text += word(row);
    text += word(life.quarantined) + "\n" + word(life.omitted_at) + "\n";
    if (life.doubted)
        text += life.doubted->modified + " " + life.doubted->first_seen + " " + life.doubted->ask_at;
    return text;
}
std::string word(const StoreCounts& counts) {
    std::string text = counts.generation;
    for (const std::uint64_t number :
         {counts.newest_seq, counts.open_events, counts.quarantined, counts.doubted, counts.omitted,
          counts.versions, counts.version_bytes, counts.requests.sent, counts.requests.reserved})
        text += " " + word(number);
    for (const StreamState& state : counts.streams)
        text += "\n" + state.stream + " " + state.entity + " " + state.updated_at + " " +
                (state.cursor ? state.cursor->id : "none");
    return text;
}

// Asks both readers, and compares the answers.
class Asker {
  public:
    Asker(CopiedStore& store, Dice& dice) : store_(store), dice_(dice) {}

    // The answer of both.
    template <class Ask>
    auto same(Ask ask) {
        auto one = run_task(store_.store().io(), ask(store_.sqlite()));
        auto other = run_task(store_.store().io(), ask(store_.postgres()));
        REQUIRE(one.has_error() == other.has_error());
        if (one.has_error()) {
            CHECK(one.error().code == other.error().code);
        } else {
            CHECK(word(*other) == word(*one));
        }
        return one;
    }

    void ask_all() {
        const std::size_t limit = 1 + dice_.below(12);
        ask_lists(limit);
        ask_records(limit);
        for (std::uint64_t since = 0;;) {
            const auto page = same([&](Reader& reader) { return reader.changes(since, limit); });
            if (!page || page->changes.empty()) break;
            since = page->changes.back().seq;
        }
        for (const auto state : std::vector<std::optional<EventState>>{
                 std::nullopt, EventState::open, EventState::settled, EventState::gone}) {
            // A page may end earlier in one than in the other.
            CHECK(all_events(store_.postgres(), state, limit) == all_events(store_.sqlite(), state, limit));
        }
        std::optional<QuarantineKey> after;
        do {
            const auto page = same([&](Reader& reader) { return reader.quarantine(after, limit); });
            after = page ? page->next : std::nullopt;
        } while (after);
        same([](Reader& reader) { return reader.counts("2024-01"); });
        same([](Reader& reader) { return reader.count_records("s"); });
    }

  private:
    std::string all_events(Reader& reader, std::optional<EventState> state, std::size_t limit) {
        std::string all;
        std::optional<std::uint64_t> before;
        do {
            const EventPage page = *run_task(store_.store().io(), reader.events(state, before, limit));
            CHECK(page.events.size() <= limit);
            for (const EventRow& row : page.events)
                all += word(row);
            before = page.next;
        } while (before);
        return all;
    }

    void ask_lists(std::size_t limit) {
        std::vector<RecordFilter> filters{{.stream = "s"}, {.stream = "t"}, {.stream = "nobody"}};
        for (int i = 0; i < 4; ++i) {
            const DaySpan span = days(dice_).value_or(DaySpan{0, 99991231});
            const auto since = Timestamp::parse(modified_text(dice_));
            filters.push_back({.stream = "s", .modified_since = since});
            filters.push_back({.stream = "s", .days = span});
            filters.push_back({.stream = "s", .modified_since = since, .days = span});
        }
        filters.push_back({.stream = "s", .after = "9223372036854775807.1", .days = DaySpan{0, 99991231}});
        filters.push_back({.stream = "s", .after = "x", .days = DaySpan{0, 99991231}});
        for (RecordFilter& filter : filters) {
            filter.limit = limit;
            std::optional<std::string> next;
            do {
                const auto page = same([&](Reader& reader) { return reader.records(filter); });
                next = page ? page->next : std::nullopt;
                filter.after = next.value_or("");
            } while (next);
        }
    }

    void ask_records(std::size_t limit) {
        for (const std::string& id : kIds) {
            CAPTURE(id);
            same([&](Reader& reader) { return reader.record("s", id); });
            same([&](Reader& reader) { return reader.life("s", id); });
            same([&](Reader& reader) { return reader.quarantined({"s", id}); });
            std::optional<std::uint64_t> before;
            do {
                const auto page =
                    same([&](Reader& reader) { return reader.versions("s", id, before, limit); });
                before = page && *page ? (*page)->next : std::nullopt;
                if (!page || !*page) break;
                for (const VersionRow& row : (*page)->versions)
                    same([&](Reader& reader) { return reader.version("s", id, row.seq); });
            } while (before);
            const std::uint64_t any = 1 + dice_.below(20);
            same([&](Reader& reader) { return reader.version("s", id, any); });
        }
    }

    CopiedStore& store_;
    Dice& dice_;
};

}  // namespace

TEST_CASE("both readers return the same answers from the same rows") {
    Dice dice(run_seed());
    for (int round = 0; round < 4; ++round) {
        CopiedStore store({.bodies_bytes_max = 100 + dice.below(2000), .scanned_max = 2 + dice.below(30)});
        std::size_t events = 0;
        for (std::size_t left = 2 + dice.below(6); left > 0; --left) {
            change_store(store.store(), dice);
            add_events(store.store(), dice, events);
        }
        store.store().sql(
            "INSERT INTO doubted VALUES ('s', 'a', '2024-01-01T00:00:00Z', x'00', '2024-01-01T00:00:01Z', "
            "'2024-01-01T00:00:02Z', 0); INSERT INTO omitted VALUES ('s', 'b', '2024-01-01T00:00:03Z', 0);"
            "UPDATE records SET body = '{}' WHERE id = 'ab';"
            "DELETE FROM versions WHERE seq % 7 = 3; UPDATE versions SET body = x'02' WHERE seq % 11 = 5");
        REQUIRE(run_task(store.store().io(),
                         store.store().store().save_requests("2024-01", {.sent = 7, .reserved = 2}))
                    .has_value());
        store.copy();
        Asker(store, dice).ask_all();
    }
}
