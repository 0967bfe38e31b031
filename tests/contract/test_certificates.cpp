// The promises of every CertificateStore (store/certificates.hpp).
#include "contract/backend.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

std::vector<std::string> pems(const std::vector<KeptCertificate>& certificates) {
    std::vector<std::string> found;
    for (const KeptCertificate& one : certificates)
        found.push_back(one.url + " " + one.pem);
    return found;
}

}  // namespace

TEMPLATE_TEST_CASE("a signing certificate is kept until it is replaced or removed", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    CHECK(backend.certificates().empty());
    backend.save_certificate({.url = "https://h/a.pem", .pem = "A\n", .fetched_at = test_time(2)});
    backend.save_certificate({.url = "https://h/b.pem", .pem = "B\n", .fetched_at = test_time(1)});
    CHECK(pems(backend.certificates()) ==
          std::vector<std::string>{"https://h/b.pem B\n", "https://h/a.pem A\n"});
    CHECK(backend.certificates().back().fetched_at == test_time(2));

    backend.reopen();
    backend.save_certificate({.url = "https://h/b.pem", .pem = "B2\n", .fetched_at = test_time(3)});
    CHECK(pems(backend.certificates()) ==
          std::vector<std::string>{"https://h/a.pem A\n", "https://h/b.pem B2\n"});
    backend.remove_certificate("https://h/a.pem");
    backend.remove_certificate("https://h/unheard-of.pem");
    backend.reopen();
    CHECK(pems(backend.certificates()) == std::vector<std::string>{"https://h/b.pem B2\n"});
}
