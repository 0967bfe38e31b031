// CPU seconds so far, user and system.
#pragma once

namespace carecloud::bench {

double thread_cpu_seconds();  // of this thread
double process_cpu_seconds();

}  // namespace carecloud::bench
