#pragma once

#include <cstdint>
#include <nugan/Run.hpp>
#include <nugan/find_model.hpp>
#include <nugan/root/export.hpp>
#include <nugan/run_of.hpp>
#include <string>

namespace nugan::root {

using nugan::Exposure;
using nugan::model_table;
using nugan::Run;
using nugan::run_of;

/// The JSON of a run with so many events, as nugan-sample writes it; nugan-convert reads it. It lies beside
/// the events as the TObjString "nugan", see describe(). The writers read the run when they are closed, but
/// for probe, models and sigma.
NUGAN_ROOT_EXPORT std::string to_json(const Run& run, std::int64_t events, bool table);

}  // namespace nugan::root
