// Early return on an error in a coroutine: awaits a Task<Result<T>> and, if the result is an error, returns it from the
// enclosing coroutine.
//
//     Task<Result<>> Archive::move(std::string from, std::string to) {
//         CO_TRY_ASSIGN(const std::string text, read(from));  // Task<Result<std::string>>: declares `text`
//         CO_TRY(write(std::move(to), text));                 // Task<Result<>>
//         CO_TRY(remove(std::move(from)));
//         co_return Result<>{};
//     }
//
// The task is named before it is awaited because GCC 12 destroys the temporaries of a `co_await` expression twice or
// never. Temporaries in the macro's argument are therefore destroyed before the task runs: a coroutine must take by
// value any argument that may be a temporary, or its caller must name that argument first. A caller that handles the
// error itself writes out `if (!result)`.
#pragma once

#include "base/error.hpp"

#include <utility>

// A statement. Discards the value, if there is one.
#define CO_TRY(...)                                           \
    do {                                                      \
        auto co_try_task = __VA_ARGS__;                       \
        auto co_try_result = co_await std::move(co_try_task); \
        if (!co_try_result) co_return co_try_result.error();  \
    } while (false)

// Moves the value into `variable`: a declaration, such as `auto page`, or an assignable expression. Expands to several
// statements, so it must not be the only statement under an `if` or a loop without braces.
#define CO_TRY_ASSIGN(variable, ...)                                       \
    CARECLOUD_CO_TRY_ASSIGN(variable, CARECLOUD_CO_TRY_NAME(co_try_task_), \
                            CARECLOUD_CO_TRY_NAME(co_try_result_), __VA_ARGS__)

#define CARECLOUD_CO_TRY_ASSIGN(variable, task, result, ...) \
    auto task = __VA_ARGS__;                                 \
    auto result = co_await std::move(task);                  \
    if (!result) co_return result.error();                   \
    variable = std::move(*result)

// A unique name per line, so one scope may contain several uses.
#define CARECLOUD_CO_TRY_NAME(prefix) CARECLOUD_CO_TRY_JOIN(prefix, __LINE__)
#define CARECLOUD_CO_TRY_JOIN(prefix, line) CARECLOUD_CO_TRY_CONCAT(prefix, line)
#define CARECLOUD_CO_TRY_CONCAT(prefix, line) prefix##line
