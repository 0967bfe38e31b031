#include "portal/records.hpp"

#include "portal/record_days.hpp"
#include "portal/record_random.hpp"
#include "portal/record_writer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace carecloud {
namespace {

constexpr std::array kChildren = {
    "Pip Testington", "Mona Sampleby", "Otto Placeholder", "Lulu Mockford",   "Nils Exempel",
    "Tilda Fixture",  "Bram Dummyson", "Ida Fakename",     "Jory Inventaire", "Zo\xc3\xab Beispiel"};
constexpr std::array kProviders = {"Little Sample Day Care", "Invented Family Home",
                                   "Example Street Preschool", "The Placeholder Nest",
                                   "Mockingbird Test Center"};
constexpr std::array kStatuses = {"new", "pending", "active", "active", "active", "inactive", "void"};

std::uint64_t mix(std::uint64_t seed, std::uint64_t index) {
    RecordRandom first(seed);
    return first.next() ^ (index * 0xd1342543de82ef95U + 0x632be59bd9b4e019U);
}

// Each entity has its own sequence of records (FNV-1a of its name).
std::uint64_t seed_of(const RecordOptions& options) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : options.entity)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return options.seed ^ hash;
}

template <std::size_t N>
const char* pick(RecordRandom& random, const std::array<const char*, N>& words) {
    return words[random.below(N)];
}

std::string number_id(const char* prefix, std::uint64_t number) {
    std::array<char, 32> text{};
    const int size =
        std::snprintf(text.data(), text.size(), "%s%08llu", prefix, static_cast<unsigned long long>(number));
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string image(RecordRandom& random, std::size_t size) {
    std::string text = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg";
    random.append_base64(text, size);
    return text.append("==");
}

void write_people(RecordWriter& out, RecordRandom& random, std::uint64_t index) {
    out.text("entityId", number_id("CA", index));
    out.text("claimId", number_id("CL", index / 12));
    out.text("childId", number_id("CH", random.below(90'000)));
    out.text("childName", pick(random, kChildren));
    out.text("childDOB",
             day_text({2014 + static_cast<int>(random.below(10)), 1 + static_cast<unsigned>(random.below(12)),
                       1 + static_cast<unsigned>(random.below(28))}));
    out.text("providerId", number_id("PR", random.below(700)));
    out.text("providerName", pick(random, kProviders));
    out.text("providerType", random.chance(60) ? "center" : "family home");
}

// A record's month depends on its index, so a range of dates matches only some of the records. Full records use months
// of 31 days.
CareMonth month_of_record(const RecordOptions& options, std::uint64_t index) {
    constexpr std::array<unsigned, 7> kLong = {1, 3, 5, 7, 8, 10, 12};
    const std::uint64_t step = index / 500;
    if (options.shape == RecordShape::full) return {2023 + static_cast<int>(step / 7 % 2), kLong[step % 7]};
    return {2023 + static_cast<int>(step / 12 % 2), 1 + static_cast<unsigned>(step % 12)};
}

void write_signatures(RecordWriter& out, RecordRandom& random, const RecordOptions& options,
                      const CareMonth& month) {
    const bool full = options.shape == RecordShape::full;
    const CareDay last{month.year, month.month, days_in(month)};
    out.text("parentSignDate", day_text(last) + "183000");
    out.text("parentSignature", full ? image(random, 1700 + random.below(400)) : std::string());
    out.text("providerSignDate", day_text(last) + "190500");
    out.text("providerSignature", full ? image(random, 1700 + random.below(400)) : std::string());
}

void write_system(RecordWriter& out, RecordRandom& random, const RecordOptions& options,
                  std::uint64_t index) {
    const std::uint64_t batch = index / std::max<std::size_t>(options.batch, 1);
    const Timestamp modified = record_modified(options, index);
    const std::int64_t age =
        static_cast<std::int64_t>(random.below(40 * 86'400)) * Timestamp::ticks_per_second;
    RecordRandom batch_random(mix(seed_of(options) ^ 0xba7c4, batch));
    std::string batch_id;
    batch_random.append_hex(batch_id, 24);
    out.boolean("disabled", random.chance(2));
    out.raw("tags", "[]");
    out.text("category", "attendance");
    out.raw("metadata", "{}");
    out.text("workspace_id", options.workspace_id);
    out.text("bucket_id", options.bucket_id);
    out.text("datasource_code", datasource_code(options.entity));
    out.text("batch_action_id", batch_id);
    out.text("created", Timestamp{modified.ticks - age}.to_string());
    out.text("modified", modified.to_string());
}

}  // namespace

std::optional<RecordShape> record_shape_from(std::string_view text) {
    if (text == "light") return RecordShape::light;
    if (text == "full") return RecordShape::full;
    return std::nullopt;
}

std::string datasource_code(std::string_view entity) {
    std::string code = entity == "care" ? "service-care" : std::string(entity);
    std::replace(code.begin(), code.end(), '_', '-');
    return "cc-" + code;
}

std::string record_id(const RecordOptions& options, std::uint64_t index) {
    RecordRandom random(mix(seed_of(options) ^ 0x1d5, index));
    std::string id;
    random.append_hex(id, 24);
    return id;
}

Timestamp record_modified(const RecordOptions& options, std::uint64_t index) {
    const auto batch = static_cast<std::int64_t>(index / std::max<std::size_t>(options.batch, 1));
    return {options.first_modified.ticks + batch * options.step_ticks};
}

std::string make_record(const RecordOptions& options, std::uint64_t index) {
    RecordRandom random(mix(seed_of(options), index));
    const CareMonth month = month_of_record(options, index);
    RecordWriter out(options.shape == RecordShape::full ? 20'000 : 1'100);
    out.text("_id", record_id(options, index));
    write_people(out, random, index);
    out.text("startDate", day_text({month.year, month.month, 1}));
    out.text("endDate", day_text({month.year, month.month, days_in(month)}));
    out.text("familyId", number_id("FA", random.below(40'000)));
    write_attendance(out, random,
                     {.month = month, .full = options.shape == RecordShape::full, .index = index});
    write_signatures(out, random, options, month);
    out.text("status", pick(random, kStatuses));
    out.text("comment", random.chance(10) ? "seen by the office" : "");
    out.raw("data", "null");
    write_system(out, random, options, index);
    return std::move(out).finish();
}

std::string make_record(std::uint64_t seed, std::uint64_t index, RecordShape shape) {
    RecordOptions options;
    options.seed = seed;
    options.shape = shape;
    return make_record(options, index);
}

}  // namespace carecloud
