#include "support/tls/test_certificates.hpp"

#include <fstream>
#include <stdexcept>
#include <stdlib.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace carecloud {

namespace {

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("test certificates: ") + what);
}

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
using BioPtr = std::unique_ptr<BIO, FreeBio>;

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(length)};
}

std::string to_pem(X509* certificate) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(bio.get(), certificate) == 1, "write a certificate");
    return text_of(bio.get());
}

std::string to_pem(EVP_PKEY* key) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
            "write a key");
    return text_of(bio.get());
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    require(extension != nullptr, "make an extension");
    const int added = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    require(added == 1, "add an extension");
}

void set_name(X509_NAME* name, const std::string& common_name) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(common_name.c_str());
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, -1, -1, 0) == 1, "set a name");
}

}  // namespace

TestAuthority::KeyPtr TestAuthority::make_key(TestKeyKind kind) {
    KeyPtr key(kind == TestKeyKind::p256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048));
    require(key != nullptr, "make a key");
    return key;
}

TestAuthority::TestAuthority(const std::string& name, TestKeyKind key) : key_(make_key(key)) {
    const TestSubject subject{.subject = name, .alternative_names = "", .key = key};
    certificate_ = make_certificate(subject, key_.get(), true);
}

TestAuthority::CertificatePtr TestAuthority::make_certificate(const TestSubject& subject, EVP_PKEY* key,
                                                              bool authority) {
    CertificatePtr made(X509_new());
    X509* certificate = made.get();
    X509* issuer = authority ? certificate : certificate_.get();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), next_serial_++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), subject.valid_from_seconds);
    X509_gmtime_adj(X509_getm_notAfter(certificate), subject.valid_to_seconds);
    X509_set_pubkey(certificate, key);
    set_name(X509_get_subject_name(certificate), subject.subject);
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
    add_extension(certificate, issuer, NID_basic_constraints,
                  authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    add_extension(certificate, issuer, NID_key_usage,
                  authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    if (!subject.alternative_names.empty()) {
        add_extension(certificate, issuer, NID_subject_alt_name, subject.alternative_names);
    }
    const EVP_MD* digest = subject.signed_over_sha1 ? EVP_sha1() : EVP_sha256();
    require(X509_sign(certificate, key_.get(), digest) > 0, "sign");
    return made;
}

TestCertificate TestAuthority::issue(const TestSubject& subject) {
    const KeyPtr key = make_key(subject.key);
    const CertificatePtr certificate = make_certificate(subject, key.get(), false);
    return {.certificate_pem = to_pem(certificate.get()), .key_pem = to_pem(key.get())};
}

std::string TestAuthority::certificate_pem() const {
    return to_pem(certificate_.get());
}

TempFile::TempFile(std::string_view content) {
    std::string name = (std::filesystem::temp_directory_path() / "carecloud-test-XXXXXX").string();
    require(::mkdtemp(name.data()) != nullptr, "make a temporary folder");
    folder_ = name;
    std::ofstream(folder_ / "file", std::ios::binary) << content;
}

TempFile::~TempFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

}  // namespace carecloud
