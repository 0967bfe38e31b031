// SHA-256 by OpenSSL, with its context reused: one hash a record, on the reading side. One Hasher a thread.
#pragma once

#include "model/record.hpp"

#include <memory>
#include <string_view>

namespace carecloud {

class Hasher {
  public:
    Hasher();
    ~Hasher();
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;

    Hash hash(std::string_view bytes);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace carecloud
