// A folder of the run's own, below one that is named, removed with all that is in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace carecloud::bench {

class Folder {
  public:
    // Throws std::runtime_error.
    explicit Folder(const std::string& parent) : path_(parent + "/bench-XXXXXX") {
        if (!::mkdtemp(path_.data())) throw std::runtime_error("cannot write in " + parent);
    }
    ~Folder() {
        std::error_code ignored;  // what is left lies in a temporary folder
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace carecloud::bench
