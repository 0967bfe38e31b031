// Work for a daemon that is killed in the middle of it, and ways to see from outside how far it is.
#pragma once

#include "system/process.hpp"

#include <functional>
#include <string>

namespace carecloud {

struct KillPhase {
    std::string name;
    int kills = 0;
    std::function<void()> give;              // work for the life that begins next
    std::function<void(Process&)> ask = {};  // what a daemon is told once it is up; empty: nothing
    std::function<void()> add = {};          // more of it at some instant of that life; empty: none
    std::function<bool()> done;              // whether all that was given is in the store
    std::function<std::string()> broken =
        {};  // a promise of this work that is broken, in words; empty: none has any
};

}  // namespace carecloud
