// The ordered index compared with a plain scan, on seeded random data, for every dialect.
#include "portal/portal_model.hpp"
#include "portal/portal_select.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr const char* kPagedEntity = "claim_attendance";

unsigned seed() {
    const char* given = std::getenv("CARECLOUD_SEED");
    return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : 20'240'313U;
}

struct Literals {
    ModelSettings settings;
    std::string modified(const std::string& text) const {
        return settings.modified_is_date ? R"({"$date":")" + text + R"("})" : "\"" + text + "\"";
    }
    std::string id(const std::string& text) const {
        return settings.id_is_oid ? R"({"$oid":")" + text + R"("})" : "\"" + text + "\"";
    }
};

std::string random_hex(std::mt19937& random, std::size_t digits) {
    std::string text;
    while (text.size() < digits)
        text.push_back("0123456789abcdef"[random() % 16]);
    return text;
}

// Few instants and many records: ties of dozens, some ids differing only at the end.
std::string random_record(std::mt19937& random) {
    const std::string id =
        random() % 3 == 0 ? "65f35b06e30c8a2e457" + random_hex(random, 5) : random_hex(random, 24);
    const Timestamp at{17'093'376'000'000'000 + static_cast<std::int64_t>(random() % 40) * 10'000};
    const std::string status = random() % 2 == 0 ? "active" : "void";
    return Json{{"_id", id}, {"status", status}, {"modified", at.to_string()}, {"n", random() % 10}}.dump();
}

std::vector<std::string> all_ids(const PortalModel& model) {
    std::vector<std::pair<std::string, std::string>> keys;
    for (const auto& [number, document] : model.collection(kPagedEntity)->by_number()) {
        keys.emplace_back(document.modified_text(), document.id_text());
    }
    std::sort(keys.begin(), keys.end());
    std::vector<std::string> ids;
    for (const auto& [modified, id] : keys)
        ids.push_back(id);
    return ids;
}

std::string after(const Literals& literals, const Json& last, bool outer_bound) {
    const std::string m = literals.modified(last.at("modified"));
    const std::string id = literals.id(last.at("_id"));
    if (outer_bound) {
        return R"({"modified":{"$gte":)" + m + R"(},"$or":[{"modified":{"$gt":)" + m +
               R"(}},{"_id":{"$gt":)" + id + "}}]}";
    }
    return R"({"$or":[{"modified":{"$gt":)" + m + R"(}},{"modified":)" + m + R"(,"_id":{"$gt":)" + id +
           "}}]}";
}

// Walks by keyset to an empty page, as the engine does.
std::vector<std::string> walk(PortalModel& model, const Literals& literals, std::mt19937& random,
                              bool outer_bound) {
    std::vector<std::string> ids;
    std::string filter = "{}";
    for (;;) {
        const std::string take = std::to_string(1 + random() % 90);
        const auto answer = model.query(
            kPagedEntity, R"({"Take":)" + take + R"(,"Sort":{"modified":1,"_id":1},"Query":)" + filter + "}");
        REQUIRE(answer.status == 200);
        const Json json = Json::parse(answer.body);
        const Json& page = json.contains("data") ? json.at("data") : json.at("Data");
        if (page.empty()) return ids;
        for (const Json& record : page)
            ids.push_back(record.at("_id"));
        filter = after(literals, page.back(), outer_bound);
    }
}

}  // namespace

TEST_CASE("a keyset walk finds every record once and in order, in every dialect") {
    const bool id_is_oid = GENERATE(false, true);
    const bool modified_is_date = GENERATE(false, true);
    const std::size_t cap = GENERATE(std::size_t{0}, std::size_t{7});
    const bool totals = GENERATE(false, true);
    const bool pascal = GENERATE(false, true);
    CAPTURE(seed(), id_is_oid, modified_is_date, cap, totals, pascal);
    std::mt19937 random(seed());
    const ModelSettings settings{.id_is_oid = id_is_oid,
                                 .modified_is_date = modified_is_date,
                                 .take_cap = cap,
                                 .totals = totals,
                                 .pascal = pascal};
    PortalModel model(settings);
    for (int i = 0; i < 600; ++i)
        REQUIRE(model.put(kPagedEntity, random_record(random)).has_value());
    const std::vector<std::string> expected = all_ids(model);
    CHECK(walk(model, {settings}, random, true) == expected);
    CHECK(walk(model, {settings}, random, false) == expected);
    // A literal of the other type finds nothing.
    ModelSettings wrong = settings;
    wrong.id_is_oid = !wrong.id_is_oid;
    wrong.modified_is_date = !wrong.modified_is_date;
    const Json last{{"_id", expected.front()}, {"modified", "2024-03-02T00:00:00.0000000Z"}};
    const std::string filter = after({wrong}, last, true);
    CHECK(model.query(kPagedEntity, R"({"Query":)" + filter + "}").records == 0);
}

namespace {

std::string random_instant(std::mt19937& random) {
    return Timestamp{17'093'376'000'000'000 + static_cast<std::int64_t>(random() % 42) * 10'000}.to_string();
}

// A leaf or a combination over the key fields and others.
std::string random_filter(std::mt19937& random, const Literals& literals, const std::vector<std::string>& ids,
                          int depth) {
    const char* ops[] = {"$eq", "$gt", "$gte", "$lt", "$lte", "$ne"};
    const std::string op = ops[random() % 6];
    const auto leaf = [&](const std::string& field, const std::string& literal) {
        return "{\"" + field + "\":{\"" + op + "\":" + literal + "}}";
    };
    const auto choice = random() % (depth > 0 ? 7 : 4);
    const std::string& id = ids[random() % ids.size()];
    if (choice == 0) return leaf("modified", literals.modified(random_instant(random)));
    if (choice == 1) return leaf("_id", literals.id(id));
    if (choice == 2) return leaf("n", std::to_string(random() % 10));
    if (choice == 3) {
        return R"({"_id":{"$in":[)" + literals.id(id) + "," + literals.id(ids[random() % ids.size()]) + "]}}";
    }
    const char* joins[] = {"$and", "$or", "$nor"};
    std::string filter = std::string("{\"") + joins[choice - 4] + "\":[";
    filter += random_filter(random, literals, ids, depth - 1) + ",";
    return filter + random_filter(random, literals, ids, depth - 1) + "]}";
}

std::vector<const PortalDocument*> plainly(const PortalCollection& documents, const PortalRequest& request,
                                           const FieldTypes& types) {
    std::vector<const PortalDocument*> matches;
    for (const auto& [number, document] : documents.by_number()) {
        if (request.filter.matches(document, types)) matches.push_back(&document);
    }
    std::stable_sort(matches.begin(), matches.end(), [&](const PortalDocument* a, const PortalDocument* b) {
        for (const SortField& field : request.sort) {
            const bool id = field.path.front() == "_id";
            const int difference = id ? compare(a->id_value(), b->id_value())
                                      : compare(a->modified_value(), b->modified_value());
            if (difference != 0) return field.descending ? difference > 0 : difference < 0;
        }
        return false;
    });
    return matches;
}

}  // namespace

TEST_CASE("random filters: the index skips nothing that a full scan finds") {
    const bool native = GENERATE(false, true);
    const char* sort =
        GENERATE(R"({})", R"({"modified":1,"_id":1})", R"({"modified":-1})", R"({"_id":1,"modified":-1})");
    CAPTURE(seed(), native, sort);
    std::mt19937 random(seed() + 1);
    const ModelSettings settings{.id_is_oid = native, .modified_is_date = native};
    PortalModel model(settings);
    for (int i = 0; i < 400; ++i)
        REQUIRE(model.put(kPagedEntity, random_record(random)).has_value());
    REQUIRE(model.put(kPagedEntity, R"({"_id":"odd","n":3})").has_value());
    REQUIRE(model.put(kPagedEntity, R"({"modified":5})").has_value());
    const std::vector<std::string> ids = all_ids(model);
    const PortalCollection& documents = *model.collection(kPagedEntity);
    for (int i = 0; i < 400; ++i) {
        const std::string filter = random_filter(random, {settings}, ids, 3);
        if (filter.find("\"odd\"") != std::string::npos || filter.find("\"\"") != std::string::npos) continue;
        if (filter.find(R"("$oid":"odd")") != std::string::npos ||
            filter.find(R"("$oid":"")") != std::string::npos)
            continue;
        const auto request = parse_request(R"({"Query":)" + filter + R"(,"Sort":)" + sort + "}", {});
        CAPTURE(filter);
        REQUIRE(request.has_value());
        const auto expected = plainly(documents, *request, settings.types());
        const Selection all =
            select_documents(documents, *request, {.types = settings.types(), .take = 1000, .count = true});
        CHECK(all.documents == expected);
        CHECK(all.total == expected.size());
        const Selection part =
            select_documents(documents, *request, {.types = settings.types(), .skip = 3, .take = 5});
        const auto first = expected.begin() + std::min<std::ptrdiff_t>(3, std::ssize(expected));
        const auto last = first + std::min<std::ptrdiff_t>(5, expected.end() - first);
        CHECK(part.documents == std::vector<const PortalDocument*>(first, last));
    }
}

TEST_CASE("changing the dialect sorts everything again") {
    std::mt19937 random(seed() + 2);
    PortalModel model;
    for (int i = 0; i < 300; ++i)
        REQUIRE(model.put(kPagedEntity, random_record(random)).has_value());
    ModelSettings settings{.id_is_oid = true, .modified_is_date = true};
    model.change_settings(settings);
    CHECK(walk(model, {settings}, random, true) == all_ids(model));
    REQUIRE(model.erase(kPagedEntity, all_ids(model).front()));
    model.change_settings({});
    CHECK(walk(model, {}, random, true) == all_ids(model));
}
