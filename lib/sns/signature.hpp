// Whether a message is SNS's: RSA PKCS#1 v1.5 over string_to_sign, with SHA-1 (version 1) or SHA-256 (version 2).
//
// Some 30 µs for RSA of 2048 bits, so it is done where it is asked, on the I/O thread. Pure; safe on any thread.
#pragma once

#include "base/error.hpp"
#include "sns/certificate.hpp"
#include "sns/message.hpp"

namespace carecloud {

// Errors (invalid_argument): a signature of another length than the key's, refused before anything is computed, or
// one that is not over this message by this key.
Result<> verify_signature(const SnsMessage& message, const SigningCertificate& certificate);

}  // namespace carecloud
