// A coroutine's early return on an error: awaits a Task<Result<T>>, and if it ends by an error, ends the coroutine
// around it with the same error.
//
//     Task<Result<>> Archive::move(std::string from, std::string to) {
//         CO_TRY_ASSIGN(const std::string text, read(from));  // Task<Result<std::string>>: declares `text`
//         CO_TRY(write(std::move(to), text));                 // Task<Result<>>
//         CO_TRY(remove(std::move(from)));
//         co_return Result<>{};
//     }
//
// The task is named before it is awaited, since GCC 12 destroys the temporaries of a `co_await` expression twice, or
// never. So temporaries are gone when the task runs: a coroutine takes by value what it may be given as one, or its
// caller names that first. If the caller itself handles the error, it spells out `if (!result)`.
#pragma once

#include "base/error.hpp"

#include <utility>

// A statement. The value, if there is one, is dropped.
#define CO_TRY(...)                                           \
    do {                                                      \
        auto co_try_task = __VA_ARGS__;                       \
        auto co_try_result = co_await std::move(co_try_task); \
        if (!co_try_result) co_return co_try_result.error();  \
    } while (false)

// Moves the value out into `variable`, which is a declaration, such as `auto page`, or something to assign to. Several
// statements: never the only one under an `if` or a loop without braces.
#define CO_TRY_ASSIGN(variable, ...)                                       \
    CARECLOUD_CO_TRY_ASSIGN(variable, CARECLOUD_CO_TRY_NAME(co_try_task_), \
                            CARECLOUD_CO_TRY_NAME(co_try_result_), __VA_ARGS__)

#define CARECLOUD_CO_TRY_ASSIGN(variable, task, result, ...) \
    auto task = __VA_ARGS__;                                 \
    auto result = co_await std::move(task);                  \
    if (!result) co_return result.error();                   \
    variable = std::move(*result)

// A name of its own for each line.
#define CARECLOUD_CO_TRY_NAME(prefix) CARECLOUD_CO_TRY_JOIN(prefix, __LINE__)
#define CARECLOUD_CO_TRY_JOIN(prefix, line) CARECLOUD_CO_TRY_CONCAT(prefix, line)
#define CARECLOUD_CO_TRY_CONCAT(prefix, line) prefix##line
