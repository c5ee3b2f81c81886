// An RNTuple with the fields of the tree gst.

#include <RVersion.h>
#include <TFile.h>
#include <TObjString.h>

#include <nugan/Error.hpp>
#include <nugan/EventTree.hpp>

#include "../../src/text/message.hpp"
#include "Entries.hpp"
#include "writers.hpp"

#if ROOT_VERSION_CODE >= ROOT_VERSION(6, 36, 0)

#include <ROOT/RNTupleModel.hxx>
#include <ROOT/RNTupleWriteOptions.hxx>
#include <ROOT/RNTupleWriter.hxx>

namespace nugan::root {

namespace {

// Calls visit with a number of the type of a branch.
template <class Visit>
void with_type(const Branch& branch, const Visit& visit) {
  switch (branch.letter) {
    case 'D':
      return visit(double{});
    case 'F':
      return visit(float{});
    case 'O':
      return visit(bool{});
    default:
      return visit(std::int32_t{});
  }
}

/// A list of a field, whatever its numbers are
struct List {
  virtual ~List() = default;
  virtual void* address() = 0;
  virtual void set(const void* numbers, std::size_t count) = 0;
};

template <class T>
struct ListOf final : List {
  void* address() override { return &values; }
  void set(const void* numbers, std::size_t count) override {
    const auto* first = static_cast<const T*>(numbers);
    values.assign(first, first + count);
  }
  std::vector<T> values;
};

class TupleWriter final : public EventWriter {
 public:
  TupleWriter(std::unique_ptr<AtomicFile> file, Run run)
      : EventWriter(std::move(run)), file_(std::move(file)) {}

  ~TupleWriter() override {
    if (!writer_) return;
    try {
      file_->with([&](TFile&) { release(); });
    } catch (const Error&) {  // of a file that nobody will see
    }
  }

  void write(const Events& events) override {
    const EventsView all(events);
    file_->with([&](TFile& root) {
      if (!source_) begin(root, all);
      const auto cluster = source_->cluster();
      for (std::size_t first = 0; first < all.size();) {
        const auto rest = static_cast<std::size_t>(cluster - events_ % cluster);
        const auto part = all.part(first, std::min(rest, all.size() - first));
        fill(part);
        first += part.size();
        if (events_ % cluster == 0) writer_->CommitCluster();
      }
    });
  }

  void close() override {
    file_->with([&](TFile& root) {
      if (!source_) begin(root, {});
      writer_->CommitDataset();
      release();
      TObjString text(to_json(run_, events_, true).c_str());
      root.WriteTObject(&text, metadata_name);
    });
    file_->close();
  }

 private:
  void begin(TFile& root, const EventsView& first) {
    source_ = make_tree("gst", facts_of(run_), first);
    const auto& branches = source_->branches();
    entries_ = std::make_unique<Entries>(branches);
    lists_.resize(branches.size());
    auto model = ROOT::RNTupleModel::CreateBare();
    for (std::size_t k = 0; k < branches.size(); ++k) {
      const Branch& branch = branches[k];
      with_type(branch, [&]<class T>(T) {
        if (branch.counter.empty() && branch.shape.empty()) {
          model->MakeField<T>(branch.name);
        } else if constexpr (!std::is_same_v<T, bool>) {
          model->MakeField<std::vector<T>>(branch.name);
          lists_[k] = std::make_unique<ListOf<T>>();
        }
      });
      model->GetMutableField(branch.name).SetDescription(branch.meaning);
    }
    model->SetDescription(source_->title());
    ROOT::RNTupleWriteOptions options;
    options.SetCompression(root.GetCompressionSettings());
    writer_ = ROOT::RNTupleWriter::Append(std::move(model), source_->name(), root, options);
    entry_ = writer_->GetModel().CreateBareEntry();
    for (std::size_t k = 0; k < branches.size(); ++k) bind(k);
  }

  // Of one element of a branch
  std::size_t numbers_of(std::size_t k) const {
    std::size_t numbers = 1;
    for (const std::size_t length : source_->branches()[k].shape) numbers *= length;
    return numbers;
  }

  void bind(std::size_t k) {
    entry_->BindRawPtr(source_->branches()[k].name, lists_[k] ? lists_[k]->address() : entries_->address(k));
  }

  void fill(const EventsView& events) {
    const auto values = source_->values(events);
    entries_->begin(values, events.size(), [](std::size_t) {});  // only memory of lists moves
    for (std::size_t i = 0; i < events.size(); ++i) {
      entries_->next();
      for (std::size_t k = 0; k < lists_.size(); ++k)
        if (lists_[k]) lists_[k]->set(entries_->address(k), entries_->count(k) * numbers_of(k));
      writer_->Fill(*entry_);
    }
    events_ += static_cast<std::int64_t>(events.size());
  }

  void release() {
    entry_.reset();
    writer_.reset();
  }

  std::unique_ptr<AtomicFile> file_;
  std::unique_ptr<EventTree> source_;
  std::unique_ptr<Entries> entries_;
  std::vector<std::unique_ptr<List>> lists_;
  std::unique_ptr<ROOT::RNTupleWriter> writer_;
  std::unique_ptr<ROOT::REntry> entry_;
};

}  // namespace

std::unique_ptr<EventWriter> make_rntuple_writer(std::unique_ptr<AtomicFile> file, Run run) {
  return std::make_unique<TupleWriter>(std::move(file), std::move(run));
}

}  // namespace nugan::root

#else

namespace nugan::root {

std::unique_ptr<EventWriter> make_rntuple_writer(std::unique_ptr<AtomicFile>, Run) {
  throw Error(message("format rntuple needs ROOT 6.36 or newer; this is built with ROOT ", ROOT_RELEASE));
}

}  // namespace nugan::root

#endif
