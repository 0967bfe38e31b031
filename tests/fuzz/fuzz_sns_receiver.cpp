// The receiver's handling of any request. An input is text:
//
//     s POST /sns              flags, method, target
//     name: value              headers
//                              an empty line
//     {"Type": …}              the body
//
// Flags are letters: s signs the body if it can be parsed as a message, p requires credentials, c leaves subscriptions
// unconfirmed, f makes the store fail, x makes every fetch fail. Without s, no signature can be valid, because each run
// generates a new key.
#include "fuzz/fuzz_target.hpp"
#include "sns/receiver.hpp"
#include "support/memory_inbox/memory_certificates.hpp"
#include "support/memory_inbox/memory_inbox.hpp"
#include "support/real_now.hpp"
#include "support/sns/scripted_fetcher.hpp"
#include "support/sns/test_signer.hpp"
#include "support/virtual/virtual_clock.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace carecloud {
namespace {

struct Quiet : ReceiverObserver {
    std::size_t events = 0;
    std::size_t refusals = 0;

    void event_received(const EventReport&) override { ++events; }
    void request_refused(const SnsRefusal& refusal, std::string_view) override {
        ++refusals;
        const bool printable = std::all_of(refusal.text.begin(), refusal.text.end(),
                                           [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
        fuzz_require(printable && refusal.text.size() < 1000, "a refusal repeats no content");
    }
    void subscription_changed(const Subscription&, std::string_view) override {}
    void receiver_failed(const Error&) override {}
};

struct NoEngine : EngineWaker {
    void wake(std::string_view stream) override {
        fuzz_require(stream == "claim_attendance", "only a configured stream is woken");
    }
};

std::string_view take_until(std::string_view& text, std::string_view end) {
    const std::size_t at = text.find(end);
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
    return taken;
}

ServerRequest request_of(std::string_view text, std::string& flags) {
    ServerRequest request;
    flags = take_until(text, " ");
    request.method = take_until(text, " ");
    request.target = take_until(text, "\n");
    while (!text.empty()) {
        std::string_view line = take_until(text, "\n");
        if (line.empty()) break;
        const std::string_view name = take_until(line, ": ");
        request.headers.emplace_back(name, line);
    }
    request.body = text;
    return request;
}

const TestSigner& signer() {
    static const TestSigner one;
    return one;
}

std::string with_signature(const std::string& body) {
    const Result<SnsMessage> message = parse_sns_message(body);
    if (!message) return body;
    nlohmann::json signed_body = nlohmann::json::parse(body);
    const bool sha256 = message->signature_version == SignatureVersion::sha256;
    signed_body["Signature"] = signer().signature_over(string_to_sign(*message), sha256);
    return signed_body.dump();
}

ReceiverSettings settings_for(const std::string& flags) {
    ReceiverSettings settings;
    settings.topic_arns = {std::string(kTestTopic)};
    settings.confirm = flags.find('c') == std::string::npos;
    if (flags.find('p') != std::string::npos) settings.basic_auth = "sns:secret";
    settings.routes = {{.stream = "claim_attendance",
                        .entity = "claim_attendance",
                        .workspace_id = "636eeb5d8029cf0df6932c16",
                        .bucket_id = "636eeb5d8029cf0df6932c17"}};
    return settings;
}

std::optional<StoreFault> full(std::string_view) {
    return StoreFault{.error = {.code = ErrorCode::store_full, .operation = "x", .subject = "x", .hint = {}}};
}

struct World {
    boost::asio::io_context io;
    VirtualClock clock{io, real_now()};
    std::shared_ptr<ScriptedFetcher> fetcher = std::make_shared<ScriptedFetcher>(clock);
    std::shared_ptr<MemoryInboxContent> content = std::make_shared<MemoryInboxContent>();
    MemoryInbox inbox{content, clock};
    MemoryCertificates certificates{std::make_shared<MemoryCertificateContent>()};
    Subscriptions subscriptions{clock, inbox};
    NoEngine engine;
    Quiet observer;
    std::unique_ptr<Receiver> receiver;

    explicit World(const std::string& flags) {
        // Whatever address passes the rule is answered, once for the certificate and once for a confirmation.
        if (flags.find('x') == std::string::npos) fetcher->answer_rest(signer().certificate_pem());
        if (flags.find('f') != std::string::npos) inbox.set_fault_hook(full);
        const ReceiverPorts ports{.clock = clock,
                                  .inbox = inbox,
                                  .certificates = certificates,
                                  .subscriptions = subscriptions,
                                  .engine = engine,
                                  .observer = observer};
        receiver = Receiver::create(ports, fetcher, settings_for(flags)).value();
    }

    ServerResponse receive(const ServerRequest& request) {
        std::optional<ServerResponse> answer;
        const auto ended = [&](const std::exception_ptr& thrown, ServerResponse response) {
            fuzz_require(thrown == nullptr, "the receiver never throws");
            answer = std::move(response);
        };
        boost::asio::co_spawn(io, receiver->receive(request), ended);
        clock.run_until([&] { return answer.has_value(); });
        fuzz_require(answer.has_value(), "every request is answered");
        return *answer;
    }
};

void check(const World& world, const std::string& flags, const ServerResponse& response) {
    constexpr std::array<int, 7> statuses{200, 400, 401, 403, 404, 405, 503};
    const bool taken = response.status == 200;
    fuzz_require(std::find(statuses.begin(), statuses.end(), response.status) != statuses.end(),
                 "a known status");
    fuzz_require(world.observer.refusals == (taken ? 0U : 1U), "a refusal is reported once");
    if (flags.find('s') == std::string::npos) {
        fuzz_require(!taken && world.content->writes == 0, "nothing unsigned is accepted");
    }
    if (flags.find('f') != std::string::npos) fuzz_require(!taken, "a full store accepts nothing");
    fuzz_require(world.observer.events == world.content->events.size(), "each event is reported");
    for (const std::string& url : world.fetcher->asked()) {
        fuzz_require(url.starts_with("https://" + std::string(kTestHost) + "/"),
                     "only SNS's host is contacted");
    }
    fuzz_require(world.fetcher->asked().size() <= 2, "at most a certificate and a confirmation");
}

}  // namespace
}  // namespace carecloud

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace carecloud;
    std::string flags;
    ServerRequest request = request_of(fuzz_text(data, size), flags);
    if (flags.find('s') != std::string::npos) request.body = with_signature(request.body);
    World world(flags);
    const ServerResponse response = world.receive(request);
    check(world, flags, response);
    if (response.status != 200) return 0;
    const std::size_t kept = world.content->events.size();
    fuzz_require(world.receive(request).status == 200, "the same message again is 200");
    fuzz_require(world.content->events.size() == kept, "and kept once");
    return 0;
}
