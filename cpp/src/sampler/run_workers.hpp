#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <nugan/Error.hpp>
#include <system_error>
#include <thread>
#include <vector>

#include "../text/message.hpp"

namespace nugan {

/// Call `make_worker()` in each thread and the function it gives with 0 ... tasks - 1, shared out on demand.
///
/// The first exception of a worker stops the others after their present task and is thrown here.
template <class MakeWorker>
void run_workers(int threads, std::int64_t tasks, const MakeWorker& make_worker) {
  std::atomic<std::int64_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto work = [&] {
    try {
      auto worker = make_worker();
      for (std::int64_t task = next++; task < tasks; task = next++) worker(task);
    } catch (...) {
      next = tasks;
      const std::scoped_lock lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  try {
    std::vector<std::jthread> pool;
    for (std::int64_t i = 0; i < std::min<std::int64_t>(threads, tasks); ++i) pool.emplace_back(work);
  } catch (const std::system_error& error) {
    throw Error(message("cannot start ", threads, " threads (", error.code().message(), ")"));
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace nugan
