#include "sync/walk/answer_doubt.hpp"

#include <utility>

namespace carecloud {
namespace {

// Where one answer in five is spoiled in the same way, that is one page in 80,000.
constexpr std::size_t kSameToBelieve = 8;
// Of records that are not valid JSON: a second answer with the same bytes (hazard 35).
constexpr std::size_t kSameToBelieveNotJson = 2;
// So many answers at most, where the bytes are others each time.
constexpr std::size_t kAnswersMax = 16;
constexpr std::size_t kAnswersMaxNotJson = 2;

// What an answer may have been spoiled with on its way: the bytes of these records, and how many answers in a row must
// have the same.
struct Doubts {
    std::string bodies;
    std::size_t same_to_believe = kSameToBelieveNotJson;
    std::size_t answers_max = kAnswersMaxNotJson;
};

Doubts doubts_of(const Page& page) {
    Doubts doubts;
    for (const InvalidRecord& invalid : page.invalid) {
        if (!invalid.contradictory && !invalid.not_json) continue;
        doubts.bodies += invalid.body;
        if (!invalid.contradictory) continue;
        doubts.same_to_believe = kSameToBelieve;
        doubts.answers_max = kAnswersMax;
    }
    return doubts;
}

}  // namespace

AnswerDoubt::Verdict AnswerDoubt::judge(const Page& page) {
    ++answers_;
    Doubts doubts = doubts_of(page);
    if (doubts.bodies.empty()) return Verdict::believe;
    same_ = doubts.bodies == doubted_ ? same_ + 1 : 1;
    doubted_ = std::move(doubts.bodies);
    if (same_ >= doubts.same_to_believe) return Verdict::believe;
    return answers_ >= doubts.answers_max ? Verdict::give_up : Verdict::ask_again;
}

}  // namespace carecloud
