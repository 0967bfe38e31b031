// carecloudctl against a server that answers by a script, in one process.
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
    std::string request;  // how the first line begins: "GET /v1/status"
    std::string status;   // "200 OK"
    std::string body;
};

struct CtlRun {
    CtlExit exit = CtlExit::ok;
    std::string out;
    std::string err;
};

// Answers in that order, the last one again and again; a request that is not the next one gets 500.
class ScriptedApi {
  public:
    explicit ScriptedApi(std::vector<ScriptedAnswer> answers);
    ~ScriptedApi();
    ScriptedApi(const ScriptedApi&) = delete;
    ScriptedApi& operator=(const ScriptedApi&) = delete;

    std::string url() const;
    CtlRun run(std::vector<std::string> words, CtlTerminals terminals = {});
    // All that came, heads included.
    const std::vector<std::string>& requests() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

CtlRun run_words(const std::vector<std::string>& words, CtlTerminals terminals = {});

}  // namespace carecloud
