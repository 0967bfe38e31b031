#include "portal/portal_server.hpp"

#include "portal/portal_control.hpp"
#include "portal/portal_session.hpp"
#include "portal/publisher_answers.hpp"
#include "portal/wall_now.hpp"

#include <csignal>
#include <future>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kCallBytesMax = std::size_t{1} << 20;
constexpr std::size_t kControlBytesMax = std::size_t{1} << 30;
constexpr std::chrono::milliseconds kWatch{50};  // how often a waiting thread checks for a stopped server
constexpr std::chrono::hours kSilence{1};        // of a certificate's URL that never responds

double mono_now_s() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string url_of(const tcp::endpoint& endpoint, bool tls) {
    const std::string host = endpoint.address().is_v6() ? "[" + endpoint.address().to_string() + "]"
                                                        : endpoint.address().to_string();
    return (tls ? "https://" : "http://") + host + ":" + std::to_string(endpoint.port());
}

}  // namespace

struct PortalServer::Impl {
    explicit Impl(PortalServerSettings given)
        : settings(std::move(given)), service(settings.service), control(service, [this] { end(); }) {}

    // Gives the response to /quit time to be sent.
    void end() {
        asio::post(context, [this] { asio::post(context, [this] { context.stop(); }); });
    }
    Result<> listen(tcp::acceptor& acceptor, std::uint16_t port);
    Result<> prepare_tls();
    Result<> prepare_sns();
    Result<> subscribe_all();
    asio::awaitable<void> accept(tcp::acceptor& acceptor, const SessionSettings& session, bool counted);
    asio::awaitable<void> connection(tcp::socket socket, const SessionSettings& session, bool counted);
    void spawn_all();

    PortalServerSettings settings;
    PortalService service;
    PortalControl control;
    std::size_t concurrent = 0;  // requests in progress
    SessionSettings portal_session{};
    SessionSettings control_session{};
    SessionSettings sns_session{};
    std::optional<asio::ssl::context> tls;
    std::optional<asio::ssl::context> sns_tls;
    std::shared_ptr<const PublisherIdentity> identity;
    tcp::endpoint portal_at;
    tcp::endpoint control_at;
    std::thread thread;
    // Declared after the members that its coroutines use, so it is destroyed before them.
    asio::io_context context{1};
    tcp::acceptor portal_acceptor{context};
    tcp::acceptor control_acceptor{context};
    tcp::acceptor sns_acceptor{context};
    asio::signal_set signals{context};
    std::unique_ptr<EventPublisher> publisher;
};

Result<> PortalServer::Impl::listen(tcp::acceptor& acceptor, std::uint16_t port) {
    error_code failure;
    const auto address = asio::ip::make_address(settings.address, failure);
    if (failure || !address.is_loopback()) {
        return Error{ErrorCode::invalid_argument, "listen", settings.address,
                     "this portal is for tests and listens on loopback only: 127.0.0.1 or ::1"};
    }
    const tcp::endpoint endpoint(address, port);
    acceptor.open(endpoint.protocol(), failure);
    if (!failure) acceptor.set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure) acceptor.bind(endpoint, failure);
    if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
    if (!failure) return {};
    return Error{ErrorCode::unreachable, "listen", settings.address + ":" + std::to_string(port),
                 failure.message()};
}

Result<> PortalServer::Impl::prepare_tls() {
    if (!settings.tls) return {};
    error_code failure;
    tls.emplace(asio::ssl::context::tls_server);
    tls->use_certificate_chain_file(settings.tls->certificate_file, failure);
    if (failure)
        return Error{ErrorCode::tls_failed, "read the certificate", settings.tls->certificate_file,
                     failure.message()};
    tls->use_private_key_file(settings.tls->key_file, asio::ssl::context::pem, failure);
    if (failure)
        return Error{ErrorCode::tls_failed, "read the private key", settings.tls->key_file,
                     failure.message()};
    portal_session.tls = &*tls;
    return {};
}

Result<> PortalServer::Impl::prepare_sns() {
    if (!settings.sns) return {};
    PortalSns& sns = *settings.sns;
    auto result = listen(sns_acceptor, sns.port);
    if (!result) return result;
    std::vector<std::string> hosts{settings.address, "localhost"};
    if (!sns.host.empty()) hosts.push_back(sns.host);
    auto made = PublisherIdentity::make(hosts);
    if (!made) return made.error();
    identity = *std::move(made);
    error_code failure;
    sns_tls.emplace(asio::ssl::context::tls_server);
    sns_tls->use_certificate_chain(asio::buffer(identity->tls_certificate_pem()), failure);
    if (!failure)
        sns_tls->use_private_key(asio::buffer(identity->tls_key_pem()), asio::ssl::context::pem, failure);
    if (failure) return Error{ErrorCode::tls_failed, "prepare SNS", "its certificate", failure.message()};
    const std::uint16_t at = sns_acceptor.local_endpoint().port();
    const std::string url = sns.host.empty() ? url_of(sns_acceptor.local_endpoint(), true)
                                             : "https://" + sns.host + ":" + std::to_string(at);
    sns.publisher.wall = wall_now;
    sns.publisher.log = settings.service.log;
    auto created = EventPublisher::create(context.get_executor(), sns.publisher, identity, url);
    if (!created) return created.error();
    publisher = *std::move(created);
    control.publish_with(*publisher);
    sns_session.handle = [this](const PortalCall& call) { return answer_publisher_call(*publisher, call); };
    sns_session.body_bytes_max = kCallBytesMax;
    sns_session.slow = kSilence;
    sns_session.tls = &*sns_tls;
    return subscribe_all();
}

Result<> PortalServer::Impl::subscribe_all() {
    for (const std::string& fault : settings.sns->fault_texts) {
        const auto set = publisher->faults().set_text(fault);
        if (!set) return set;
    }
    for (const std::string& endpoint : settings.sns->endpoints) {
        const auto arn = publisher->subscribe(endpoint, {.raw = settings.sns->raw, .fault = {}});
        if (!arn) return arn.error();
    }
    return {};
}

asio::awaitable<void> PortalServer::Impl::connection(tcp::socket socket, const SessionSettings& session,
                                                     bool counted) {
    if (counted) ++service.counts().connections_open;
    co_await serve_connection(std::move(socket), session);
    if (counted) --service.counts().connections_open;
}

asio::awaitable<void> PortalServer::Impl::accept(tcp::acceptor& acceptor, const SessionSettings& session,
                                                 bool counted) {
    for (;;) {
        error_code failure;
        auto token = asio::redirect_error(asio::use_awaitable, failure);
        tcp::socket socket = co_await acceptor.async_accept(token);
        if (failure == asio::error::operation_aborted) co_return;
        if (failure) continue;
        if (counted) ++service.counts().connections;
        asio::co_spawn(context, connection(std::move(socket), session, counted), asio::detached);
    }
}

void PortalServer::Impl::spawn_all() {
    asio::co_spawn(context, accept(portal_acceptor, portal_session, true), asio::detached);
    if (control_acceptor.is_open()) {
        asio::co_spawn(context, accept(control_acceptor, control_session, false), asio::detached);
    }
    if (publisher) asio::co_spawn(context, accept(sns_acceptor, sns_session, false), asio::detached);
    if (!settings.stop_on_signals) return;
    signals.add(SIGTERM);
    signals.add(SIGINT);
    signals.async_wait([this](const error_code& failure, int) {
        if (!failure) context.stop();
    });
}

PortalServer::PortalServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

PortalServer::~PortalServer() {
    stop();
    if (impl_->thread.joinable()) impl_->thread.join();
}

Result<std::unique_ptr<PortalServer>> PortalServer::open(PortalServerSettings settings) {
    auto impl = std::make_unique<Impl>(std::move(settings));
    Impl& self = *impl;
    auto result = self.listen(self.portal_acceptor, self.settings.port);
    if (result && self.settings.control)
        result = self.listen(self.control_acceptor, self.settings.control_port);
    if (result) result = self.prepare_tls();
    if (result) result = self.prepare_sns();
    if (!result) return result.error();
    self.portal_at = self.portal_acceptor.local_endpoint();
    if (self.settings.control) self.control_at = self.control_acceptor.local_endpoint();
    self.portal_session.handle = [&self](const PortalCall& call) {
        return self.service.handle(call, wall_now(), mono_now_s());
    };
    self.portal_session.body_bytes_max = kCallBytesMax;
    self.portal_session.slow = self.settings.slow;
    self.portal_session.latency = self.settings.latency;
    self.portal_session.concurrent_max = self.settings.concurrent_max;
    self.portal_session.concurrent = &self.concurrent;
    self.control_session.handle = [&self](const PortalCall& call) {
        return self.control.handle(call, wall_now());
    };
    self.control_session.body_bytes_max = kControlBytesMax;
    return std::unique_ptr<PortalServer>(new PortalServer(std::move(impl)));
}

void PortalServer::start() {
    impl_->spawn_all();
    impl_->thread = std::thread([this] { impl_->context.run(); });
}

void PortalServer::run() {
    impl_->spawn_all();
    impl_->context.run();
}

void PortalServer::stop() {
    impl_->context.stop();
}

std::uint16_t PortalServer::port() const {
    return impl_->portal_at.port();
}

std::uint16_t PortalServer::control_port() const {
    return impl_->control_at.port();
}

std::string PortalServer::base_url() const {
    return url_of(impl_->portal_at, impl_->settings.tls.has_value()) + impl_->settings.service.base_path;
}

std::string PortalServer::control_url() const {
    return impl_->settings.control ? url_of(impl_->control_at, false) : std::string();
}

void PortalServer::on_thread(const std::function<void()>& use) {
    if (!impl_->thread.joinable()) return use();
    std::packaged_task<void()> task([&] { use(); });
    auto done = task.get_future();
    asio::post(impl_->context, [&task] { task(); });
    // A stopped context runs nothing any more: its thread has ended, so the members can be used here.
    while (done.wait_for(kWatch) != std::future_status::ready) {
        if (!impl_->context.stopped()) continue;
        impl_->thread.join();
        if (done.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return use();
    }
    done.get();
}

void PortalServer::with_service(const std::function<void(PortalService&)>& use) {
    on_thread([&] { use(impl_->service); });
}

void PortalServer::with_publisher(const std::function<void(EventPublisher&)>& use) {
    on_thread([&] { use(*impl_->publisher); });
}

std::string PortalServer::sns_url() const {
    return impl_->publisher ? impl_->publisher->base_url() : std::string();
}

const std::string& PortalServer::sns_authority() const {
    return impl_->identity->authority_pem();
}

std::shared_ptr<const PublisherIdentity> PortalServer::sns_identity() const {
    return impl_->identity;
}

Result<std::vector<DeliveryResult>> PortalServer::publish(const std::vector<PublishedEvent>& events,
                                                          PublishOptions options) {
    const auto results = std::make_shared<std::promise<std::vector<DeliveryResult>>>();
    auto ended = results->get_future();
    options.done = [results](std::vector<DeliveryResult> all) { results->set_value(std::move(all)); };
    Result<std::vector<std::string>> ids;
    with_publisher([&](EventPublisher& publisher) { ids = publisher.publish(events, options); });
    if (!ids) return ids.error();
    while (ended.wait_for(kWatch) != std::future_status::ready) {
        if (impl_->thread.joinable() && !impl_->context.stopped()) continue;
        return Error{ErrorCode::canceled, "publish", "the portal", "it does not have its own thread"};
    }
    return ended.get();
}

PortalCounts PortalServer::counts() {
    PortalCounts counts;
    with_service([&](PortalService& service) { counts = service.counts(); });
    return counts;
}

}  // namespace carecloud
