#include "bench/page_source.hpp"

#include "bench/dataset.hpp"
#include "json/slice.hpp"

#include <cstdio>
#include <stdexcept>
#include <string>

namespace carecloud::bench {
namespace {

// As an ObjectId: seconds, five bytes for the process, a counter.
std::string object_id(std::size_t index) {
    char text[32];
    std::snprintf(text, sizeof text, "%08zx%s%06zx", 0x65f35b06 + index / 400, "a1b2c3d4e5",
                  index & 0xffffff);
    return text;
}

}  // namespace

PagePtr PageSource::next() {
    std::string text = R"({"isSuccess":true,"data":[)";
    for (std::size_t i = 0; i < kSourcePage; ++i, ++index_) {
        std::string record = light_record(options_, index_);
        if (ids_ == Ids::ascending) record.replace(record.find(":\"") + 2, 24, object_id(index_));
        text += (i > 0 ? "," : "") + record;
    }
    auto page = slice_page(text + "]}", SliceOptions{});
    if (!page) throw std::runtime_error(page.error().message());
    return std::make_shared<const Page>(std::move(*page));
}

}  // namespace carecloud::bench
