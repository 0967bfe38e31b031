#include "heap/live_bytes.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <malloc.h>
#include <new>

#include <sqlite3.h>

namespace {

std::atomic<std::int64_t> live{0};

// Connections ask SQLite not to count its memory, which it refuses once it is in use.
[[maybe_unused]] const int counting = sqlite3_initialize();

void* counted(void* memory) {
    if (!memory) throw std::bad_alloc();
    live += static_cast<std::int64_t>(malloc_usable_size(memory));
    return memory;
}

void release(void* memory) noexcept {
    if (!memory) return;
    live -= static_cast<std::int64_t>(malloc_usable_size(memory));
    std::free(memory);
}

}  // namespace

// The other forms of new and delete call these.
void* operator new(std::size_t bytes) {
    return counted(std::malloc(bytes));
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    const auto unit = static_cast<std::size_t>(alignment);
    return counted(std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit));
}
void operator delete(void* memory) noexcept {
    release(memory);
}
void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
    release(memory);
}
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept {
    release(memory);
}
void operator delete(void* memory, std::size_t /*bytes*/, std::align_val_t /*alignment*/) noexcept {
    release(memory);
}

namespace carecloud {

std::int64_t live_bytes() {
    return live + sqlite3_memory_used();
}

}  // namespace carecloud
