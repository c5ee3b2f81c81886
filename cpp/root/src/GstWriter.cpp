// A TTree with the branches of GENIE's summary tree, for what the models know.

#include <TFile.h>
#include <TObjString.h>
#include <TTree.h>

#include <type_traits>

#include "columns.hpp"
#include "writers.hpp"

namespace nugan::root {

namespace {

constexpr int cluster = 100'000;

template <class T>
constexpr char letter() {
  if constexpr (std::is_same_v<T, bool>) return 'O';
  if constexpr (std::is_same_v<T, std::int32_t>) return 'I';
  if constexpr (std::is_same_v<T, float>) return 'F';
  if constexpr (std::is_same_v<T, double>) return 'D';
}

class GstWriter final : public EventWriter {
 public:
  GstWriter(std::unique_ptr<AtomicFile> file, Run run) : EventWriter(std::move(run)), file_(std::move(file)) {
    file_->with([&](TFile& root) {
      tree_ = new TTree("gst", "nugan-hep events: GeV, rad", 99, &root);  // the file owns it
      tree_->SetAutoFlush(cluster);
      tree_->SetAutoSave(0);
      for_columns(row_, [&]<class T>(const char* name, T& value, const char*) {
        tree_->Branch(name, &value, (std::string(name) + '/' + letter<T>()).c_str());
      });
    });
  }

  void write(const Events& events) override {
    const int target = main_target(run_);
    file_->with([&](TFile&) {
      for (std::size_t i = 0; i < events.size(); ++i) {
        row_ = complete(events[i], run_.probe, target);
        tree_->Fill();
      }
    });
    events_ += std::ssize(events.iev);
  }

  void close() override {
    file_->with([&](TFile& root) {
      tree_->Write();
      TObjString text(to_json(run_, events_, true).c_str());
      root.WriteTObject(&text, metadata_name);
    });
    file_->close();
  }

 private:
  std::unique_ptr<AtomicFile> file_;
  TTree* tree_ = nullptr;
  Event row_{};
};

}  // namespace

std::unique_ptr<EventWriter> make_gst_writer(std::unique_ptr<AtomicFile> file, Run run) {
  return std::make_unique<GstWriter>(std::move(file), std::move(run));
}

}  // namespace nugan::root
