#include "event_endpoint.hpp"

#include "listening.hpp"
#include "net/server/tls_server.hpp"
#include "runtime/files.hpp"

#include <utility>

namespace carecloud {

namespace asio = boost::asio;
using TlsPtr = std::shared_ptr<asio::ssl::context>;

namespace {

// SNS waits 15 s for a response (developer guide, "HTTP/HTTPS endpoints"); the whole stop has 5 s.
constexpr std::chrono::milliseconds kEventGrace{2000};

Result<TlsPtr> make_tls(const SnsSettings& settings) {
    if (!settings.tls) return TlsPtr();
    return make_server_tls(settings.tls->certificate, settings.tls->private_key);
}

Result<std::string> read_credentials(const SnsSettings& settings) {
    if (!settings.basic_auth_file) return std::string();
    return read_secret_file(*settings.basic_auth_file);
}

std::vector<EventRoute> routes_of(const Configuration& configuration) {
    std::vector<EventRoute> routes;
    routes.reserve(configuration.streams.size());
    for (const StreamSettings& stream : configuration.streams) {
        routes.push_back({.stream = stream.spec.entity,
                          .entity = stream.spec.entity,
                          .workspace_id = stream.spec.workspace_id,
                          .bucket_id = stream.spec.bucket_id});
    }
    return routes;
}

// The listening server keeps its port until the next one listens, so the next one cannot use the same.
Error with_own_port(Error error) {
    error.hint += "; if the endpoint itself uses that port, the change requires a restart";
    return error;
}

}  // namespace

struct EventEndpoint::Service {
    TlsPtr tls;
    std::unique_ptr<Receiver> receiver;
};

EventEndpoint::EventEndpoint(asio::io_context& io, const ReceiverPorts& ports,
                             std::function<void(const Error&)> on_error)
    : io_(io), ports_(ports), on_error_(std::move(on_error)) {}

EventEndpoint::~EventEndpoint() = default;

Result<std::shared_ptr<EventEndpoint::Service>> EventEndpoint::prepare(const Configuration& configuration) {
    const SnsSettings& settings = *configuration.sns;
    auto tls = make_tls(settings);
    if (!tls) return tls.error();
    auto credentials = read_credentials(settings);
    if (!credentials) return credentials.error();
    const std::string ca_file = settings.trust_ca_file.value_or("");
    auto fetcher = std::make_shared<NetworkFetcher>(
        HttpsFetcherSettings{.ca_file = ca_file, .proxy = ProxyEnvironment::of_process()});
    auto receiver = Receiver::create(ports_, std::move(fetcher),
                                     {.path = settings.path,
                                      .topic_arns = settings.topic_arns,
                                      .confirm = settings.confirm,
                                      .certificate_hosts = settings.certificate_hosts,
                                      .ca_file = ca_file,
                                      .basic_auth = std::move(*credentials),
                                      .routes = routes_of(configuration)});
    if (!receiver) return receiver.error();
    return std::make_shared<Service>(Service{std::move(*tls), std::move(*receiver)});
}

Result<std::unique_ptr<HttpServer>> EventEndpoint::listen(const SnsSettings& settings, TlsPtr tls) {
    auto address = server_address(settings.listen);
    if (!address) return address.error();
    HttpServerSettings server{.address = std::move(*address), .tls = std::move(tls), .on_error = on_error_};
    server.timeouts.grace = kEventGrace;
    server.refuse_head = [this](const ServerRequest& head) { return service_->receiver->refuse_head(head); };
    auto handler = [this](const ServerRequest& request) { return receive(request); };
    return HttpServer::listen(io_.get_executor(), std::move(server), std::move(handler));
}

// The receiver is looked up for each request, and kept until its response: a reload replaces it.
Task<ServerResponse> EventEndpoint::receive(const ServerRequest& request) {
    const std::shared_ptr<Service> service = service_;
    co_return co_await service->receiver->receive(request);
}

Result<> EventEndpoint::apply(const Configuration& configuration) {
    if (!configuration.sns) {
        retire();
        return {};
    }
    const SnsSettings& settings = *configuration.sns;
    auto service = prepare(configuration);
    if (!service) return service.error();
    const bool same = server_ && settings.listen == address_ && settings.tls.has_value() == tls_;
    if (!same) {
        auto server = listen(settings, (*service)->tls);
        if (!server) {
            const bool own_port = server_ && settings.listen.port == address_.port;
            return own_port ? with_own_port(server.error()) : server.error();
        }
        retire();
        server_ = std::move(*server);
        address_ = settings.listen;
        tls_ = settings.tls.has_value();
    } else if ((*service)->tls) {
        server_->set_tls((*service)->tls);
    }
    service_ = std::move(*service);
    return {};
}

void EventEndpoint::retire() {
    if (server_) retire_server(io_, std::move(server_));
}

std::string EventEndpoint::address() const {
    return server_ ? server_->address() : std::string();
}

std::optional<Timestamp> EventEndpoint::certificate_end() const {
    return server_ && service_->tls ? carecloud::certificate_end(*service_->tls) : std::nullopt;
}

Task<> EventEndpoint::stop() {
    if (server_) co_await server_->stop();
    service_.reset();  // including pending fetches for messages that no longer wait
}

Result<> check_endpoint(const SnsSettings& settings) {
    const auto tls = make_tls(settings);
    if (!tls) return tls.error();
    const auto credentials = read_credentials(settings);
    if (!credentials) return credentials.error();
    for (const std::string& arn : settings.topic_arns) {
        const auto topic = parse_topic_arn(arn);
        if (!topic) return topic.error();
    }
    const auto hosts = SigningHosts::create(settings.certificate_hosts);
    if (!hosts) return hosts.error();
    return {};
}

}  // namespace carecloud
