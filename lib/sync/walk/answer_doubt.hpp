// Whether an answer is believed that contradicts itself, or has records that are not valid JSON: only if it comes
// again with the very same bytes. A spoiled one is not lost that way, and a record that is stored so at the portal
// stops nobody (hazard 35, promise 6). Pure.
//
//     AnswerDoubt doubt;
//     while (doubt.judge(*page) == AnswerDoubt::Verdict::ask_again) …   // ask once more
#pragma once

#include "model/page.hpp"

#include <cstddef>
#include <string>

namespace carecloud {

// Of one question, answered again and again.
class AnswerDoubt {
  public:
    enum class Verdict {
        believe,
        ask_again,
        give_up,  // it has other bytes each time
    };

    Verdict judge(const Page& page);
    // How many answers were judged.
    std::size_t answers() const { return answers_; }

  private:
    std::string doubted_;   // the bytes of the records that the last answer had so
    std::size_t same_ = 0;  // answers in a row that had these
    std::size_t answers_ = 0;
};

}  // namespace carecloud
