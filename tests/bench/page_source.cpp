#include "bench/page_source.hpp"

#include "json/slice.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>

namespace carecloud::bench {
namespace {

// As an ObjectId: seconds, five bytes for the process, a counter.
std::string object_id(std::size_t index) {
    char text[32];
    std::snprintf(text, sizeof text, "%08zx%s%06zx", 0x65f35b06 + index / 400, "a1b2c3d4e5",
                  index & 0xffffff);
    return text;
}

PagePtr sliced(std::string text) {
    auto page = slice_page(std::move(text), SliceOptions{});
    if (!page) throw std::runtime_error(page.error().message());
    return std::make_shared<const Page>(std::move(*page));
}

}  // namespace

StreamSpec bench_spec() {
    const RecordOptions options;
    return {.entity = options.entity, .workspace_id = options.workspace_id, .bucket_id = options.bucket_id};
}

PagePtr PageSource::next() {
    std::string text = R"({"isSuccess":true,"data":[)";
    for (std::size_t i = 0; i < kSourcePage; ++i, ++index_) {
        std::string record = light_record(options_, index_);
        if (ids_ == Ids::ascending) record.replace(record.find(":\"") + 2, 24, object_id(index_));
        text += (i > 0 ? "," : "") + record;
    }
    return sliced(text + "]}");
}

std::size_t page_size(const Dataset& data) {
    return std::min(data.page_records, data.count);
}

std::size_t whole_pages(const Dataset& data) {
    return data.count / page_size(data);
}

std::string page_text(const Dataset& data, std::size_t page, std::size_t correction) {
    std::string text = R"({"isSuccess":true,"data":[)";
    const std::size_t first = page * page_size(data);
    for (std::size_t i = first; i < first + page_size(data); ++i)
        text += (i > first ? "," : "") + corrected(data.records[i], correction);
    return text + "]}";
}

PagePtr page_of(const Dataset& data, std::size_t page, std::size_t correction) {
    return sliced(page_text(data, page, correction));
}

}  // namespace carecloud::bench
