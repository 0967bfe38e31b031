// What the bodies of all requests to a server may take of its memory together: without it, a few hundred clients that
// send large bodies slowly take half a gigabyte. Small bodies are free, so that honest messages pass meanwhile.
//
//     BodyBudget::Share share(budget);          // of one request, until it is answered
//     if (!share.hold(body.capacity())) refuse;
//
// I/O thread; the budget outlives its shares.
#pragma once

#include <algorithm>
#include <cstddef>

namespace carecloud {

class BodyBudget {
  public:
    // Bytes: what each body has for nothing, and what all of them share beyond that.
    BodyBudget(std::size_t free_each, std::size_t shared_max)
        : free_each_(free_each), shared_max_(shared_max) {}
    BodyBudget(const BodyBudget&) = delete;
    BodyBudget& operator=(const BodyBudget&) = delete;

    std::size_t used() const { return used_; }

    class Share {
      public:
        explicit Share(BodyBudget& budget) : budget_(budget) {}
        ~Share() { budget_.used_ -= held_; }
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;

        // The body takes so many bytes by now. False: there is not so much left, and nothing has changed.
        bool hold(std::size_t bytes) {
            const std::size_t wanted = std::max(held_, bytes - std::min(bytes, budget_.free_each_));
            if (budget_.used_ - held_ + wanted > budget_.shared_max_) return false;
            budget_.used_ += wanted - held_;
            held_ = wanted;
            return true;
        }

      private:
        BodyBudget& budget_;
        std::size_t held_ = 0;
    };

  private:
    std::size_t free_each_;
    std::size_t shared_max_;
    std::size_t used_ = 0;
};

}  // namespace carecloud
