// The table `signing_certificates`. On the store's thread; throws SqlError.
#pragma once

#include "store/certificates.hpp"
#include "store/sqlite/statement.hpp"

#include <string_view>
#include <vector>

namespace carecloud {

class CertificateTable {
  public:
    explicit CertificateTable(Connection& db);

    std::vector<KeptCertificate> all();
    void save(const KeptCertificate& certificate);
    // Whether there was one.
    bool remove(std::string_view url);

  private:
    Statement all_;
    Statement save_;
    Statement remove_;
};

}  // namespace carecloud
