#include "bench/dataset.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <stdexcept>

#include <libdeflate.h>

namespace carecloud::bench {
namespace {

constexpr std::string_view kBefore = R"({"isSuccess":true,"responseStatus":{},"data":[)";
constexpr std::string_view kAfter = "]}";
constexpr std::size_t kPageRecords = 1000;
constexpr int kGzipLevel = 6;  // what servers use

constexpr std::string_view kStatusMember = "\"status\":\"";
constexpr std::string_view kHoursMember = "\"thtotalhours\":";
constexpr std::string_view kModifiedMember = "\"modified\":\"";
constexpr std::size_t kYearDigits = 4;

std::string year_of(std::size_t correction) {
    return std::to_string(2024 + correction);
}

void cut(std::string& text, std::string_view from, std::size_t bytes) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("the record has no " + std::string(from));
    text.erase(at, bytes);
}

RecordOptions record_options(RecordShape shape) {
    RecordOptions options;
    options.shape = shape;
    return options;
}

std::string make_one(const RecordOptions& options, std::uint64_t index) {
    return options.shape == RecordShape::light ? light_record(options, index) : make_record(options, index);
}

void add(Dataset& data, std::string id, std::string modified, std::string record) {
    data.ids.push_back(std::move(id));
    data.modified.push_back(std::move(modified));
    data.records.push_back(std::move(record));
}

// In batches: records with the same `modified` are ordered by id.
void add_records(Dataset& data, const RecordOptions& options, std::size_t correction) {
    for (std::size_t first = 0; first < data.count; first += options.batch) {
        std::vector<std::pair<std::string, std::size_t>> batch;
        for (std::size_t i = first; i < std::min(first + options.batch, data.count); ++i)
            batch.emplace_back(record_id(options, i), i);
        std::sort(batch.begin(), batch.end());
        for (auto& [id, index] : batch) {
            std::string modified = record_modified(options, index).to_string();
            if (correction > 0) modified.replace(0, kYearDigits, year_of(correction));
            add(data, std::move(id), std::move(modified), corrected(make_one(options, index), correction));
        }
    }
}

// The record that changes later: the first one, with the `modified` of the next batch.
void add_changed(Dataset& data, const RecordOptions& options) {
    const std::string before = data.modified.front();
    const std::string after = record_modified(options, data.count + options.batch).to_string();
    std::string record = data.records.front();
    record.replace(record.find(before), before.size(), after);
    add(data, data.ids.front(), after, std::move(record));
}

std::vector<Answer> render_all(const Dataset& data, std::size_t page_records, bool keys) {
    std::vector<Answer> answers;
    for (std::size_t first = 0; first < data.count; first += page_records) {
        std::vector<std::size_t> indices(std::min(page_records, data.count - first));
        std::iota(indices.begin(), indices.end(), first);
        Answer answer{.plain = render(data, indices, keys), .gzip = {}};
        answer.gzip = gzip(answer.plain);
        answers.push_back(std::move(answer));
    }
    return answers;
}

}  // namespace

double Dataset::record_bytes() const {
    std::size_t bytes = 0;
    for (const std::string& record : records)
        bytes += record.size();
    return static_cast<double>(bytes) / static_cast<double>(records.size());
}

std::string corrected(std::string record, std::size_t correction) {
    if (correction == 0) return record;
    const std::size_t status = record.find(kStatusMember);
    if (status != std::string::npos)
        record.insert(status + kStatusMember.size(), "r" + std::to_string(correction));
    const std::size_t hours = record.find(kHoursMember);
    if (hours != std::string::npos)
        record.insert(hours + kHoursMember.size(), "\"" + std::to_string(correction) + "\",\"before\":");
    const std::size_t modified = record.find(kModifiedMember);
    record.replace(modified + kModifiedMember.size(), kYearDigits, year_of(correction));
    return record;
}

// The published figures are for records of 888 bytes; without two system fields a record has about this size.
std::string light_record(const RecordOptions& options, std::uint64_t index) {
    std::string record = make_record(options, index);
    cut(record, "\"batch_action_id\":", std::string_view("\"batch_action_id\":\"\",").size() + 24);
    cut(record, "\"created\":", std::string_view("\"created\":\"\",").size() + 28);
    return record;
}

std::string render(const Dataset& data, const std::vector<std::size_t>& indices, bool keys) {
    std::string text(kBefore);
    for (const std::size_t index : indices) {
        if (index != indices.front()) text += ',';
        if (keys)
            text += R"({"_id":")" + data.ids[index] + R"(","modified":")" + data.modified[index] + R"("})";
        else
            text += data.records[index];
    }
    text += kAfter;
    return text;
}

std::string gzip(std::string_view text) {
    const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(
        libdeflate_alloc_compressor(kGzipLevel), libdeflate_free_compressor);
    if (!compressor) throw std::bad_alloc();
    std::string out(libdeflate_gzip_compress_bound(compressor.get(), text.size()), '\0');
    out.resize(libdeflate_gzip_compress(compressor.get(), text.data(), text.size(), out.data(), out.size()));
    out.shrink_to_fit();
    return out;
}

Dataset make_dataset(const DatasetSettings& settings) {
    Dataset data;
    data.count = settings.records;
    const RecordOptions options = record_options(settings.shape);
    add_records(data, options, settings.correction);
    add_changed(data, options);
    std::size_t largest = 0;
    for (const std::string& record : data.records)
        largest = std::max(largest, record.size() + 1);
    data.page_records = std::min(kPageRecords, (kAnswerBytesMax - kBefore.size() - kAfter.size()) / largest);
    data.pages = render_all(data, data.page_records, false);
    data.key_pages = render_all(data, kPageRecords, true);
    for (std::size_t i = 0; i < data.ids.size(); ++i)
        data.by_id[data.ids[i]] = i;
    return data;
}

}  // namespace carecloud::bench
