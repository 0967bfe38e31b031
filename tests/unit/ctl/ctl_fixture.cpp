#include "unit/ctl/ctl_fixture.hpp"

#include "support/http/scripted_server.hpp"

#include <algorithm>
#include <sstream>
#include <thread>

#include <boost/asio/io_context.hpp>

namespace carecloud {

struct ScriptedApi::State {
    explicit State(std::vector<ScriptedAnswer> wanted)
        : answers(std::move(wanted)), server(io, [this](Peer& peer) { return serve(peer); }) {}

    Task<> serve(Peer& peer) {
        while (true) {
            const std::string request = co_await peer.read_request();
            if (request.empty()) co_return;
            requests.push_back(request);
            const ScriptedAnswer& answer = answers[std::min(next, answers.size() - 1)];
            ++next;
            const bool expected = request.starts_with(answer.request);
            const std::string bytes = expected
                                          ? http_answer(answer.status, answer.body)
                                          : http_answer("500 Internal Server Error", "not asked for this");
            const bool sent = co_await peer.write(bytes);
            if (!sent) co_return;
        }
    }

    boost::asio::io_context io;
    std::vector<ScriptedAnswer> answers;
    std::size_t next = 0;
    std::vector<std::string> requests;
    ScriptedServer server;
};

ScriptedApi::ScriptedApi(std::vector<ScriptedAnswer> answers)
    : state_(std::make_unique<State>(std::move(answers))) {}

ScriptedApi::~ScriptedApi() = default;

std::string ScriptedApi::url() const {
    return "http://127.0.0.1:" + std::to_string(state_->server.port());
}

CtlRun ScriptedApi::run(std::vector<std::string> words, CtlTerminals terminals) {
    words.insert(words.end(), {"--url", url()});
    // The server's thread, while carecloudctl's own io_context runs here.
    auto work = boost::asio::make_work_guard(state_->io);
    state_->io.restart();
    std::jthread serving([this] { state_->io.run(); });
    CtlRun run = run_words(words, terminals);
    state_->io.stop();
    serving.join();
    return run;
}

const std::vector<std::string>& ScriptedApi::requests() const {
    return state_->requests;
}

CtlRun run_words(const std::vector<std::string>& words, CtlTerminals terminals) {
    std::ostringstream out;
    std::ostringstream err;
    CtlRun run;
    run.exit = run_ctl(words, {.out = out, .err = err, .terminals = terminals, .version = "9.9"});
    run.out = out.str();
    run.err = err.str();
    return run;
}

}  // namespace carecloud
