#include "store/sqlite/certificate_table.hpp"

#include "store/sqlite/connection.hpp"

namespace carecloud {
namespace {

constexpr std::string_view kAllCertificates =
    "SELECT url, pem, fetched_at FROM signing_certificates ORDER BY fetched_at, url";
constexpr std::string_view kSaveCertificate =
    "INSERT INTO signing_certificates (url, pem, fetched_at) VALUES (?1, ?2, ?3)"
    " ON CONFLICT DO UPDATE SET pem = excluded.pem, fetched_at = excluded.fetched_at";
constexpr std::string_view kRemoveCertificate = "DELETE FROM signing_certificates WHERE url = ?1";

}  // namespace

CertificateTable::CertificateTable(Connection& db)
    : all_(db, kAllCertificates), save_(db, kSaveCertificate), remove_(db, kRemoveCertificate) {}

std::vector<KeptCertificate> CertificateTable::all() {
    const Statement::Scope scope(all_);
    std::vector<KeptCertificate> found;
    while (all_.step()) {
        found.push_back({.url = std::string(all_.text(0)),
                         .pem = std::string(all_.text(1)),
                         .fetched_at = Timestamp::parse(all_.text(2)).value_or(Timestamp{})});
    }
    return found;
}

void CertificateTable::save(const KeptCertificate& certificate) {
    const std::string fetched_at = certificate.fetched_at.to_string_ms();
    save_.bind(1, certificate.url);
    save_.bind(2, certificate.pem);
    save_.bind(3, fetched_at);
    save_.run();
}

bool CertificateTable::remove(std::string_view url) {
    remove_.bind(1, url);
    return remove_.run() > 0;
}

}  // namespace carecloud
