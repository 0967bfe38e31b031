// carecloudctl against a server that responds according to a script, in one process.
//
//     ScriptedApi api({{"GET /v1/status", "200 OK", "{…}"}});
//     const CtlRun run = api.run({"status"});
//     CHECK(run.exit == CtlExit::ok);
#pragma once

#include "ctl/ctl.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace carecloud {

struct ScriptedAnswer {
    std::string request;  // the beginning of the first line: "GET /v1/status"
    std::string status;   // "200 OK"
    std::string body;
};

struct CtlRun {
    CtlExit exit = CtlExit::ok;
    std::string out;
    std::string err;
};

// Sends these responses in order, the last one repeatedly; a request that is not the next one gets 500.
class ScriptedApi {
  public:
    explicit ScriptedApi(std::vector<ScriptedAnswer> answers);
    ~ScriptedApi();
    ScriptedApi(const ScriptedApi&) = delete;
    ScriptedApi& operator=(const ScriptedApi&) = delete;

    std::string url() const;
    CtlRun run(std::vector<std::string> words, CtlTerminals terminals = {});
    // All received requests, including their heads.
    const std::vector<std::string>& requests() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

CtlRun run_words(const std::vector<std::string>& words, CtlTerminals terminals = {});

}  // namespace carecloud
