#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <nugan/EventsView.hpp>
#include <nugan/Flux.hpp>
#include <nugan/Process.hpp>
#include <nugan/Run.hpp>
#include <nugan/Value.hpp>
#include <nugan/export.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace nugan {

/// A branch of a tree, as ROOT's leaf list describes it, and what it means.
struct NUGAN_EXPORT Branch {
  /// Letters of ROOT's leaf lists, `I i F D O B`; or a TObjString, or a TBits of 16 bits, none of them set.
  static constexpr char text = 's', bits = 'b';

  std::string name;
  char letter;
  std::vector<std::size_t> shape{};  ///< of one element
  std::string counter{};  ///< the branch with the number of elements of an entry; empty: always one
  std::string meaning{};
  bool late = false;  ///< one value for all entries, known when all are written: EventTree::end() has it

  /// ROOT's leaf list, such as "StdHepP4[StdHepN][4]/D".
  std::string leaf() const;

  /// Bytes of one element.
  std::size_t element_bytes() const;
};

/// The values of a branch in some entries.
struct BranchValues {
  const std::byte* data = nullptr;          ///< the first element of the first entry
  std::size_t step = 0;                     ///< bytes from an entry to the next; 0: all entries are equal
  std::size_t count = 1;                    ///< elements of an entry, unless there are offsets
  std::span<const std::int64_t> offsets{};  ///< [entries + 1], elements before each entry; any at the first
  std::vector<std::string> texts{};         ///< of a branch of texts: those that there are
  std::vector<std::uint32_t> which{};       ///< and each entry's, unless there is one only
  std::shared_ptr<const void> owner{};      ///< of data and offsets that are not the events' own

  bool is_constant() const { return step == 0 && offsets.empty() && which.empty(); }
};

/// What is known of the events of a neutrino on a nucleus.
struct NUGAN_EXPORT EventKind {
  Process process{};
  std::optional<double> sigma{};           ///< flux-averaged, 1e-38 cm²/nucleon
  std::vector<double> xsec_enu{}, xsec{};  ///< against energy, GeV and the same, where it is known

  /// Cross section per nucleus at an energy [GeV]: sigma, or else that of the table; 0 where both are
  /// unknown.
  double cross_section(double enu) const;
};

/// What a tree has to know of the run of its events.
struct RunFacts {
  int probe = 0;   ///< PDG number of the neutrino of events that do not say
  int target = 0;  ///< and of their nucleus
  std::function<EventKind(int probe, int target)> kind{};  ///< asked when the first of its events comes
  std::optional<Flux> flux{};                              ///< what the events follow
  std::optional<double> energy{};                          ///< their one energy, GeV
};

/// What the descriptions of files say of the events of a neutrino on a nucleus.
///
/// Of several, the channel is known if all say the same. The cross section is the average of the means, by
/// events; where one has none, it is the table against energy if that is the same in all.
/// @param descriptions   as describe() gives them
/// @param probe, target  PDG numbers
/// @throws Error for a current or a channel that is none, see process_of in Process.hpp
NUGAN_EXPORT EventKind kind_of(const std::vector<Value>& descriptions, int probe, int target);

/// The facts of a run.
NUGAN_EXPORT RunFacts facts_of(const Run& run);

/// A histogram that lies beside a tree.
struct NamedHistogram {
  std::string name;
  std::vector<double> edges;     ///< [K + 1], GeV
  std::vector<double> contents;  ///< [K]
};

/// What is written when a tree has all its events.
struct TreeEnd {
  std::vector<double> late{};  ///< values of the late branches, in their order
  std::vector<NamedHistogram> histograms{};
  double weight = 1;  ///< of the tree, ROOT's TTree::SetWeight
};

/// One format of ROOT trees: its branches, and what they hold of events. Whoever writes a file, ROOT or
/// uproot, asks this; the events come chunk by chunk, in order.
class NUGAN_EXPORT EventTree {
 public:
  virtual ~EventTree();
  EventTree(const EventTree&) = delete;
  EventTree& operator=(const EventTree&) = delete;

  const std::string& name() const { return name_; }
  const std::string& title() const { return title_; }

  /// Entries of a basket.
  std::int64_t cluster() const { return cluster_; }

  const std::vector<Branch>& branches() const { return branches_; }

  /// What is known of the run; may be changed between chunks.
  RunFacts& facts() { return facts_; }

  /// The values of a chunk of events, of all branches in their order; those of late ones are empty. They may
  /// point to the events, which must outlive them.
  /// @throws Error for particles that other events of the file do not have, or another number of replicas
  virtual std::vector<BranchValues> values(const EventsView& events) = 0;

  /// What is written at the end.
  /// @param sigma  mean cross section of all events, 1e-38 cm²/nucleon
  /// @param pot    protons on target that the events stand for, if that is known
  virtual TreeEnd end(double sigma, std::optional<double> pot) const;

 protected:
  EventTree(std::string name, std::string title, std::int64_t cluster, RunFacts facts);

  std::string name_, title_;
  std::int64_t cluster_;
  std::vector<Branch> branches_{};
  RunFacts facts_;
};

/// A tree of a format, for events such as the first ones of a file: particles, modes and weights of replicas
/// have branches where these events have them.
/// @param format  whose files are trees, such as gst
/// @param facts   of the run
/// @param first   events, of which only is looked at what they have
/// @throws Error for another format; for nuisance without a flux or an energy
NUGAN_EXPORT std::unique_ptr<EventTree> make_tree(const std::string& format, RunFacts facts,
                                                  const EventsView& first);

}  // namespace nugan
