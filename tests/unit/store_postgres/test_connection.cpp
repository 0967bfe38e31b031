#include "store/postgres/copy.hpp"
#include "store/postgres/link.hpp"
#include "store/postgres/pipeline.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/transaction.hpp"
#include "support/postgres_cluster/postgres_cluster.hpp"

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

std::optional<PgError> error_of(PgConnection& db, const std::string& sql) {
    try {
        db.script(sql);
        return std::nullopt;
    } catch (const PgError& error) {
        return error;
    }
}

TEST_CASE("values are stored and read back unchanged") {
    const auto db = open_session(PostgresCluster::shared().settings("postgres"));
    const Timestamp at = Timestamp::parse("1999-12-31T23:59:59.123Z").value();
    const Hash hash{std::byte{1}, std::byte{0}, std::byte{255}};
    const std::vector<std::string_view> texts{"a", "", "\"{}\\"};
    const std::vector<std::int64_t> numbers{-1, INT64_MAX};
    const PgRows rows =
        db->query("SELECT $1, $2, $3, $4, $5, $6, $7, ($8::text[])[3], ($9::bigint[])[2], $10::int", "text ü",
                  std::int64_t{-7}, std::int32_t{-8}, true, at, hash, std::optional<std::string>(),
                  PgTexts{texts}, PgNumbers{numbers}, std::int32_t{5});
    REQUIRE(rows.size() == 1);
    const PgRow row = rows[0];
    CHECK(row.text(0) == "text ü");
    CHECK(row.number(1) == -7);
    CHECK(row.number(2) == -8);
    CHECK(row.flag(3));
    CHECK(row.time(4) == at);
    CHECK(row.time_text(4) == "1999-12-31T23:59:59.123Z");
    CHECK(row.hash(5) == hash);
    CHECK(row.is_null(6));
    CHECK(row.text(7) == "\"{}\\");
    CHECK(row.number(8) == INT64_MAX);
    CHECK(row.number(9) == 5);
    CHECK(db->query("SELECT 1 FROM unnest($1::text[])", PgTexts{{}}).empty());
}

TEST_CASE("a text is checked by the same rules as in PostgreSQL") {
    const auto db = open_session(PostgresCluster::shared().settings("postgres"));
    for (const std::string& text :
         {std::string("plain"), std::string("\0", 1), std::string("12345678\0", 9), std::string("\xC3\xBC"),
          std::string("\xC3"), std::string("\xC0\x80"), std::string("\xED\xA0\x80"),
          std::string("\xF0\x9F\x98\x80"), std::string("\xF4\x90\x80\x80"), std::string("\xE0\x80\x80"),
          std::string("\xFF"), std::string("\xEF\xBF\xBF"),
          std::string("\x7F\x01\x1F ascii of more than eight")}) {
        bool taken = true;
        try {
            db->query("SELECT $1", text);
        } catch (const PgError& error) {
            taken = false;
            CHECK(error.is("22021"));
        }
        CHECK(is_pg_text(text) == taken);
    }
}

TEST_CASE("rows are copied, and statements are pipelined") {
    const auto db = open_session(PostgresCluster::shared().fresh_database());
    db->script("CREATE TABLE public.t (id text, n bigint, day integer, at timestamptz, hash bytea)");
    const std::string large(3'000'000, 'x');
    PgTransaction transaction(*db);
    PgCopy copy(*db, "COPY public.t (id, n, day, at, hash) FROM STDIN BINARY");
    for (int i = 0; i < 3; ++i) {
        copy.row(5);
        copy.field(i == 1 ? std::string_view(large) : "small");
        copy.field(std::int64_t{i});
        copy.field(std::optional<std::int32_t>());
        copy.field(Timestamp{});
        copy.field(Hash{});
    }
    copy.end();
    PgPipeline pipeline(*db);
    const PgSql update{"test_update", "UPDATE public.t SET day = $2 WHERE n = $1"};
    for (std::int64_t i = 0; i < 100; ++i)
        pipeline.add(update, i, std::int32_t{20240301});
    transaction.commit(pipeline);
    const PgRows rows = db->query("SELECT length(id), day, at FROM public.t ORDER BY n");
    REQUIRE(rows.size() == 3);
    CHECK(rows[1].number(0) == 3'000'000);
    CHECK(rows[2].number(1) == 20240301);
    CHECK(rows[0].time(2) == Timestamp{});
}

TEST_CASE("after an error the connection continues, and a transaction is rolled back") {
    const auto db = open_session(PostgresCluster::shared().fresh_database());
    db->script("CREATE TABLE public.t (n bigint PRIMARY KEY)");
    {
        PgTransaction transaction(*db);
        PgPipeline pipeline(*db);
        pipeline.add("INSERT INTO public.t VALUES ($1)", std::int64_t{1});
        pipeline.add("INSERT INTO public.t VALUES ($1)", std::int64_t{1});
        CHECK_THROWS_AS(transaction.commit(pipeline), PgError);
    }
    CHECK(db->query("SELECT 1 FROM public.t").empty());
    PgTransaction transaction(*db);
    CHECK_THROWS_AS(db->query("SELECT 1/0"), PgError);
    CHECK_THROWS_AS(transaction.commit(), PgError);  // its tag is ROLLBACK
}

TEST_CASE("messages contain neither values nor details") {
    const auto db = open_session(PostgresCluster::shared().fresh_database());
    db->script("CREATE TABLE public.t (n bigint PRIMARY KEY, day integer CHECK (day > 0))");
    for (const std::string sql :
         {"SELECT 'Maria'::bigint", "INSERT INTO public.t VALUES (987654, 1), (987654, 1)",
          "INSERT INTO public.t VALUES (987654, -5)", "DO $$BEGIN RAISE EXCEPTION 'Maria 987654'; END$$"}) {
        const auto error = error_of(*db, sql);
        REQUIRE(error);
        const std::string text = to_error(*error, "test", "here").message();
        CAPTURE(text);
        CHECK(text.find("Maria") == std::string::npos);
        CHECK(text.find("987654") == std::string::npos);
    }
}

TEST_CASE("a request to a server that does not respond fails, and a restarted server is used again") {
    PostgresCluster cluster;
    PostgresSettings settings = cluster.settings("postgres");
    settings.answer_timeout = std::chrono::milliseconds(300);
    PgLink link(settings);
    const auto count = [&] {
        return link.run<std::size_t>(
            "test", [](PgConnection& db) -> Result<std::size_t> { return db.query("SELECT 1").size(); });
    };
    REQUIRE(count());
    const auto slow = link.run<std::size_t>("test", [](PgConnection& db) -> Result<std::size_t> {
        return db.query("SELECT pg_sleep(2)").size();
    });
    REQUIRE(!slow);
    CHECK(slow.error().code == ErrorCode::store_busy);
    REQUIRE(count());
    cluster.restart();
    CHECK(count());
    cluster.stop();
    CHECK(!count());
    cluster.start();
    while (!count()) {
    }
}

}  // namespace
}  // namespace carecloud
