// The slicing of a page, held against nlohmann/json: what is taken is JSON and a page, each record's bytes are the same
// object, and none is called good that two readers could order differently; what is refused whole is no page. Records
// that are kept as not JSON are none that nlohmann/json reads, and without them the rest is a page.
#include "base/timestamp.hpp"
#include "fuzz/fuzz_target.hpp"
#include "fuzz/json_node.hpp"
#include "json/record_fields.hpp"
#include "json/slice.hpp"
#include "json/tokens.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

constexpr std::string_view kWorkspace = "w";
constexpr std::array<std::string_view, 5> kSystem{"_id", "modified", "disabled", "workspace_id", "bucket_id"};

// The one member of either name; null where there is none or more than one.
const ReadNode* only(const ReadNode& object, std::string_view one, std::string_view other) {
    if (object.count(one) + object.count(other) != 1) return nullptr;
    return object.count(one) == 1 ? object.find(one) : object.find(other);
}

std::vector<const ReadNode*> records_of(const ReadNode& data) {
    std::vector<const ReadNode*> records;
    if (data.kind == ReadNode::Kind::object) records.push_back(&data);
    for (const ReadNode& element : data.elements)
        records.push_back(&element);
    return records;
}

struct Expected {
    bool is_page = false;
    bool is_refusal = false;  // isSuccess is false
    const ReadNode* data = nullptr;
    const ReadNode* total = nullptr;
};

Expected expect(const ReadNode& root) {
    Expected expected;
    const ReadNode* success = only(root, "isSuccess", "IsSuccess");
    expected.data = only(root, "data", "Data");
    expected.total = only(root, "total", "Total");
    const std::size_t totals = root.count("total") + root.count("Total");
    if (!success || success->kind != ReadNode::Kind::boolean || totals > 1) return expected;
    expected.is_refusal = success->text == "false";
    if (!expected.data || expected.is_refusal) return expected;
    if (expected.data->kind == ReadNode::Kind::null) expected.is_page = true;
    if (expected.data->kind != ReadNode::Kind::array && expected.data->kind != ReadNode::Kind::object)
        return expected;
    const auto records = records_of(*expected.data);
    expected.is_page = std::all_of(records.begin(), records.end(), [](const ReadNode* record) {
        return record->kind == ReadNode::Kind::object;
    });
    return expected;
}

bool says_each_once(const ReadNode& record) {
    return std::all_of(kSystem.begin(), kSystem.end(),
                       [&](std::string_view name) { return record.count(name) <= 1; });
}

bool is_of_scope(const ReadNode& record) {
    const ReadNode* scope = record.find("workspace_id");
    if (!scope || scope->kind == ReadNode::Kind::null) return true;
    return scope->is_string() && (scope->text.empty() || scope->text == kWorkspace);
}

void check_good(const Record& record, const ReadNode& expected, bool hashed, bool scoped) {
    fuzz_require(says_each_once(expected), "a good record has each system field once");
    const ReadNode* id = expected.find("_id");
    const ReadNode* modified = expected.find("modified");
    fuzz_require(id && id->is_string() && id->text == record.id, "its id is the one in the JSON");
    fuzz_require(modified && modified->is_string() && modified->text == record.modified_text,
                 "its time is the one in the JSON");
    fuzz_require(Timestamp::parse(modified->text) == record.modified, "its time is an instant");
    const ReadNode* disabled = expected.find("disabled");
    const bool is_disabled =
        disabled && disabled->kind == ReadNode::Kind::boolean && disabled->text == "true";
    fuzz_require(record.disabled == is_disabled, "it is disabled if the JSON has disabled: true");
    fuzz_require(record.hash == (hashed ? Hasher().hash(record.body) : Hash{}),
                 "its hash is that of its bytes");
    fuzz_require(!scoped || is_of_scope(expected), "it belongs to this workspace");
}

bool is_usable_id(std::string_view id) {
    return !id.empty() && id.size() <= 64 &&
           std::all_of(id.begin(), id.end(), [](char c) { return c > ' ' && c <= '~'; });
}

void check_invalid(const InvalidRecord& invalid, const ReadNode& expected, bool scoped) {
    fuzz_require(!invalid.reason.empty() && !invalid.id.empty(), "an invalid record has an id and a reason");
    fuzz_require(invalid.modified_text.size() <= 64, "the modified of an invalid record is short");
    const bool escaped = invalid.body.find('\\') != std::string_view::npos;
    const ReadNode* id = expected.find("_id");
    const ReadNode* modified = expected.find("modified");
    const bool plain = says_each_once(expected) && id && id->is_string() && is_usable_id(id->text) &&
                       modified && modified->is_string() && Timestamp::parse(modified->text).has_value();
    fuzz_require(escaped || !plain || (scoped && !is_of_scope(expected)),
                 "an invalid record is not a good one");
}

void check_records(const Page& page, const ReadNode& data, bool hashed, bool scoped) {
    const std::vector<const ReadNode*> expected = records_of(data);
    fuzz_require(page.record_count() == expected.size(), "every record is counted");
    const std::string_view text(page.buffer.get(), page.size);
    std::size_t good = 0;
    std::size_t invalid = 0;
    for (const ReadNode* record : expected) {
        // Both lists are in the page's order.
        const bool is_good = good < page.records.size() &&
                             (invalid == page.invalid.size() ||
                              page.records[good].body.data() < page.invalid[invalid].body.data());
        const std::string_view body = is_good ? page.records[good].body : page.invalid[invalid].body;
        fuzz_require(body.data() >= text.data() && body.data() + body.size() <= text.data() + text.size(),
                     "a record is inside its page");
        fuzz_require(body.starts_with('{') && body.ends_with('}'), "from brace to brace");
        const JsonReading again = read_json(body);
        fuzz_require(again.outcome == JsonReading::Outcome::valid && again.root == *record,
                     "its bytes are the same object");
        if (is_good)
            check_good(page.records[good++], *record, hashed, scoped);
        else
            check_invalid(page.invalid[invalid++], *record, scoped);
    }
}

bool names_another_scope(const ReadNode& data) {
    for (const ReadNode* record : records_of(data)) {
        for (const auto& [name, value] : record->members) {
            if (name == "workspace_id" && value.is_string() && value.text != kWorkspace) return true;
        }
    }
    return false;
}

// The text with an empty object in the place of each record that is not JSON, and the page without them.
struct Sound {
    std::string text;
    std::size_t not_json = 0;
};

Sound without_not_json(const Page& page) {
    const std::string_view text(page.buffer.get(), page.size);
    Sound sound;
    std::size_t from = 0;
    for (const InvalidRecord& invalid : page.invalid) {
        if (!invalid.not_json) continue;
        const auto begin = static_cast<std::size_t>(invalid.body.data() - text.data());
        fuzz_require(begin >= from && begin + invalid.body.size() <= text.size(),
                     "invalid JSON is inside its page, in order");
        sound.text.append(text.substr(from, begin - from)).append("{}");
        from = begin + invalid.body.size();
        ++sound.not_json;
    }
    sound.text.append(text.substr(from));
    return sound;
}

void check_not_json(const InvalidRecord& invalid) {
    fuzz_require(invalid.body.starts_with('{') && invalid.body.ends_with('}'), "from brace to brace");
    fuzz_require(invalid.reason.starts_with(kNotJsonReason) && !invalid.id.empty(),
                 "invalid JSON has an id and a reason");
    const JsonReading reading = read_json(invalid.body);
    constexpr std::size_t levels_around = 2;  // the answer and its list
    const bool is_deep = reading.depth + levels_around >= kNestingMax;
    // A NUL ends the text for nlohmann/json, a number beyond the range of double is given up.
    fuzz_require(reading.outcome != JsonReading::Outcome::valid || is_deep,
                 "invalid JSON is not valid for another parser");
}

void check_with_not_json(const Page& page, bool scoped) {
    const Sound sound = without_not_json(page);
    const JsonReading reading = read_json(sound.text);
    if (reading.outcome == JsonReading::Outcome::beyond_range) return;
    fuzz_require(reading.outcome == JsonReading::Outcome::valid, "the rest is JSON");
    const Expected expected = expect(reading.root);
    fuzz_require(expected.is_page, "the rest is a page");
    fuzz_require(records_of(*expected.data).size() == page.record_count(), "the rest has as many records");
    for (const InvalidRecord& invalid : page.invalid) {
        if (invalid.not_json) check_not_json(invalid);
    }
    fuzz_require(!scoped || !names_another_scope(*expected.data), "all records belong to this workspace");
}

void check(const Result<Page>& page, const JsonReading& reading, bool hashed, bool scoped) {
    const bool has_not_json =
        page && std::any_of(page->invalid.begin(), page->invalid.end(),
                            [](const InvalidRecord& invalid) { return invalid.not_json; });
    if (has_not_json) return check_with_not_json(*page, scoped);
    const bool read = reading.outcome == JsonReading::Outcome::valid;
    if (reading.outcome == JsonReading::Outcome::beyond_range) return;  // nothing to hold it against
    const Expected expected = read ? expect(reading.root) : Expected{};
    if (page) {
        fuzz_require(read, "a page is JSON");
        fuzz_require(expected.is_page, "a page has the structure of one");
        check_records(*page, *expected.data, hashed, scoped);
        if (page->total)
            fuzz_require(expected.total && expected.total->text == std::to_string(*page->total),
                         "a page's total is the one in the JSON");
        return;
    }
    fuzz_require(!page.error().subject.empty(), "a refusal has a reason");
    switch (page.error().code) {
        case ErrorCode::refused:
            fuzz_require(read && expected.is_refusal, "a refusal is the portal's");
            break;
        case ErrorCode::wrong_workspace:
            // It is said at once, whatever stands behind that record.
            fuzz_require(scoped && (!expected.is_page || names_another_scope(*expected.data)),
                         "a record belongs to another workspace");
            break;
        default:
            fuzz_require(page.error().code == ErrorCode::bad_response, "the code of a bad response");
            fuzz_require(!expected.is_page || reading.depth > kNestingMax, "a bad response is not a page");
    }
}

// By one slicer for all inputs: its index alone is larger than most of them.
Result<Page> slice(std::string_view text, const SliceOptions& options) {
    static Slicer slicer;
    return slicer.slice(text, options);
}

}  // namespace
}  // namespace carecloud

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace carecloud;
    const std::string_view text = fuzz_text(data, size);
    const JsonReading reading = read_json(text);
    check(slice(text, {}), reading, true, false);
    const Result<Page> listed = slice(text, {.list = true, .take = 2});
    if (listed) {
        fuzz_require(listed->record_count() <= 2, "reading stops at Take");
        const auto whole = slice(text, {});
        fuzz_require(!whole || whole->record_count() == listed->record_count() + listed->beyond_take,
                     "records beyond Take are counted");
    }
    check(slice(text, {.workspace_id = kWorkspace, .bucket_id = {}, .hash = false}), reading, false, true);
    return 0;
}
