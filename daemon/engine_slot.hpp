// The engine that runs now. A reload replaces it, and there is none before the first one, between two of them and after
// the last one: whoever outlives an engine refers to this. I/O thread alone.
#pragma once

#include "sns/receiver.hpp"
#include "sync/engine.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace carecloud {

class EngineSlot : public EngineWaker {
  public:
    explicit operator bool() const { return engine_ != nullptr; }
    // Only if there is one.
    Engine* operator->() const { return engine_.get(); }

    void start(std::unique_ptr<Engine> engine) { engine_ = std::move(engine); }
    void end() {
        hold_ = engine_->hold();
        engine_.reset();
    }
    // Of the engine before: how long the portal wants to be left alone.
    const std::optional<PortalHold>& hold() const { return hold_; }

    // Without an engine nobody is woken: the next one begins with a pass.
    void wake(std::string_view stream) override {
        if (engine_) engine_->nudge(stream);
    }

  private:
    std::unique_ptr<Engine> engine_;
    std::optional<PortalHold> hold_;
};

}  // namespace carecloud
