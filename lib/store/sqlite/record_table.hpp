// The tables `records` and `changes`: the newest version of each record, and the log of its changes; and the former
// versions. They change together or not at all, so one class writes them. Used on the store's thread; throws SqlError.
//
//     table.begin(stream, committed_at);      // both views must live until the last call for this batch
//     if (table.take(batch, record, doubts, summary)) …
//     table.write_replaced();                 // before the commit
#pragma once

#include "model/batch.hpp"
#include "model/change.hpp"
#include "model/record.hpp"
#include "store/archive_thread.hpp"
#include "store/held_change.hpp"
#include "store/sqlite/record_index.hpp"
#include "store/sqlite/statement.hpp"
#include "store/sqlite/tables.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

class RecordTable {
  public:
    RecordTable(Connection& db, const FirstLoad& first_load);

    // Selects the stream of the following calls. The numbering continues after the last accepted number.
    void begin(std::string_view stream, std::string_view committed_at);
    // Writes the version of the batch's page, or a doubt, as model/change.hpp decides, and counts the result. True: the
    // version was written.
    bool take(const Batch& batch, const Record& record, DoubtTable& doubts, CommitSummary& summary);
    // Writes the versions that take() has replaced, and their corrections.
    void write_replaced();
    // Whether replaced versions are kept.
    void keep_versions(bool wanted) { keep_versions_ = wanted; }
    // Marks a record that is held in this version as deleted, at begin()'s time, unless the denial was requested before
    // the portal had answered with that version.
    void mark_deleted(const Key& key, Asked denied, CommitSummary& summary);
    // The first pass of begin()'s stream has ended (see record_index.hpp).
    void first_pass_ended() { index_.first_pass_ended(); }
    // Whether the transaction must be committed even if no record was written.
    bool changed_schema() const { return index_.changed(); }
    // Everything since begin() is in the database. Without this call, the numbers are used again.
    void accept() {
        accepted_seq_ = seq_;
        index_.accept();
    }
    // The changes up to `seq` came with this response. Call it after accept().
    void note_answer(std::uint64_t seq, Asked asked) { answers_.note(seq, asked); }

    // Whether the store has this version: the same `modified`, and not held as deleted. Needs begin().
    bool holds(const Key& key);
    // What the store has of the record. Needs begin().
    std::optional<HeldRecord> held(std::string_view id);

    // The newest number of the change log, including the calls since begin().
    std::uint64_t last_seq() const { return static_cast<std::uint64_t>(seq_); }

  private:
    struct Former {
        std::string modified_text{};
        std::string body{};
    };
    struct Held {
        std::int64_t rowid = 0;
        HeldChange change{};
        std::optional<Former> former{};
    };

    bool insert_unseen(const Record& record, ChangeKind kind);
    std::optional<Held> find(std::string_view id, bool whole);
    std::optional<Held> read(Statement& find, std::string_view id);
    Decision decide_on(Held& held, const Batch& batch, const Record& record);
    std::optional<PastChange> past(std::uint64_t seq);
    void keep(Held& held, const Record& record, const PagePtr& page);
    Former former(std::int64_t rowid);
    void replace(std::int64_t rowid, const Record& record);
    void log(const Record& record, ChangeKind kind, std::uint64_t previous, std::uint64_t reversal = 0);

    Connection& db_;
    std::string stream_;
    RecordIndex index_;
    Statement insert_;
    Statement find_by_row_;
    Statement find_;
    Statement find_whole_;  // with the body
    Statement replace_;
    Statement log_;
    Statement holds_;
    Statement delete_;
    Statement past_;
    Statement body_;
    VersionTable versions_;
    ArchiveThread archive_;
    std::int64_t accepted_seq_;
    std::int64_t seq_;
    AnswerLog answers_;
    Timestamp now_{};
    bool expect_unseen_ = false;
    bool expect_replaced_ = false;  // the same for a replaced one, whose body is read with the row
    bool keep_versions_ = true;
};

}  // namespace carecloud
