#include "bench/stages.hpp"

#include "bench/machine.hpp"
#include "json/slice.hpp"
#include "net/byte_buffer.hpp"
#include "net/client/gzip.hpp"

#include <cstring>
#include <stdexcept>
#include <string>

namespace carecloud::bench {
namespace {

std::unique_ptr<char[]> copy(const std::string& text) {
    auto buffer = std::make_unique_for_overwrite<char[]>(text.size() + kPagePadding);
    std::memcpy(buffer.get(), text.data(), text.size());
    std::memset(buffer.get() + text.size(), 0, kPagePadding);
    return buffer;
}

Page sliced(Slicer& slicer, std::unique_ptr<char[]> buffer, std::size_t size) {
    auto page = slicer.slice(std::move(buffer), size, SliceOptions{});
    if (!page) throw std::runtime_error(page.error().message());
    return std::move(*page);
}

}  // namespace

double inflate_us(const Dataset& data) {
    Gunzip gunzip;
    double spent = 0;
    for (const Answer& answer : data.pages) {
        ByteBuffer body;
        const double before = thread_cpu_seconds();
        const GunzipStatus status = gunzip.inflate(answer.gzip, 32U << 20U, body);
        spent += thread_cpu_seconds() - before;
        if (status != GunzipStatus::ok || body.text() != answer.plain)
            throw std::runtime_error("an inflated page differs from the original");
    }
    return spent * 1e6 / static_cast<double>(data.count);
}

double slice_us(const Dataset& data) {
    Slicer slicer;
    double spent = 0;
    for (const Answer& answer : data.pages) {
        auto buffer = copy(answer.plain);
        const double before = thread_cpu_seconds();
        const Page page = sliced(slicer, std::move(buffer), answer.plain.size());
        spent += thread_cpu_seconds() - before;
    }
    return spent * 1e6 / static_cast<double>(data.count);
}

std::vector<Page> slice_pages(const Dataset& data) {
    Slicer slicer;
    std::vector<Page> pages;
    for (const Answer& answer : data.pages)
        pages.push_back(sliced(slicer, copy(answer.plain), answer.plain.size()));
    return pages;
}

}  // namespace carecloud::bench
