// An RNTuple with the fields of the tree gst.

#include <RVersion.h>
#include <TFile.h>
#include <TObjString.h>

#include <nugan/Error.hpp>

#include "../../src/message.hpp"
#include "columns.hpp"
#include "writers.hpp"

#if ROOT_VERSION_CODE >= ROOT_VERSION(6, 36, 0)

#include <ROOT/RNTupleModel.hxx>
#include <ROOT/RNTupleWriteOptions.hxx>
#include <ROOT/RNTupleWriter.hxx>

namespace nugan::root {

namespace {

constexpr std::int64_t cluster = 100'000;

class TupleWriter final : public EventWriter {
 public:
  TupleWriter(std::unique_ptr<AtomicFile> file, Run run)
      : EventWriter(std::move(run)), file_(std::move(file)) {
    auto model = ROOT::RNTupleModel::CreateBare();
    for_columns(row_, [&]<class T>(const char* name, T&, const char* meaning) {
      model->MakeField<T>(name);
      model->GetMutableField(name).SetDescription(meaning);
    });
    model->SetDescription("nugan-hep events: GeV, rad");
    file_->with([&](TFile& root) {
      ROOT::RNTupleWriteOptions options;
      options.SetCompression(root.GetCompressionSettings());
      writer_ = ROOT::RNTupleWriter::Append(std::move(model), "gst", root, options);
      entry_ = writer_->GetModel().CreateBareEntry();
      for_columns(
          row_, [&]<class T>(const char* name, T& value, const char*) { entry_->BindRawPtr(name, &value); });
    });
  }

  ~TupleWriter() override {
    if (!writer_) return;
    try {
      file_->with([&](TFile&) { release(); });
    } catch (const Error&) {  // of a file that nobody will see
    }
  }

  void write(const Events& events) override {
    const int target = main_target(run_);
    file_->with([&](TFile&) {
      for (std::size_t i = 0; i < events.size(); ++i) {
        row_ = complete(events[i], run_.probe, target);
        writer_->Fill(*entry_);
        if (++events_ % cluster == 0) writer_->CommitCluster();
      }
    });
  }

  void close() override {
    file_->with([&](TFile& root) {
      writer_->CommitDataset();
      release();
      TObjString text(to_json(run_, events_, true).c_str());
      root.WriteTObject(&text, metadata_name);
    });
    file_->close();
  }

 private:
  void release() {
    entry_.reset();
    writer_.reset();
  }

  std::unique_ptr<AtomicFile> file_;
  std::unique_ptr<ROOT::RNTupleWriter> writer_;
  std::unique_ptr<ROOT::REntry> entry_;
  Event row_{};
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
