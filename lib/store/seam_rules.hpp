// What the two sides of the Store seam owe each other, whatever the portal sent: a broken rule is this program's fault,
// and ends it before anything is committed or believed (base/ensure.hpp). Pure.
#pragma once

#include "model/batch.hpp"
#include "store/store.hpp"

#include <vector>

namespace carecloud {

// Of what is handed in.
void ensure_batch(const Batch& batch);

// Of what is handed out: at most as many as asked for, strictly behind the key that was named, each behind the one
// before it in the order of (`modified`, id) as texts.
void ensure_live(const LiveRange& range, const std::vector<Key>& keys);
void ensure_rechecks(const Rechecks& rechecks, std::size_t limit);
// Of a commit; `before`: the highest number of the change log before it. It has one number for each change.
void ensure_summary(const CommitSummary& summary, std::uint64_t before);

}  // namespace carecloud
