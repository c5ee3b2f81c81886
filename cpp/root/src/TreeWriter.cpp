// A TTree as the core describes it: nugan/EventTree.hpp has its branches and their values.

#include <TBits.h>
#include <TFile.h>
#include <TH1D.h>
#include <TObjString.h>
#include <TTree.h>

#include <cstring>
#include <nugan/EventTree.hpp>
#include <nugan/event_formats.hpp>

#include "Entries.hpp"
#include "writers.hpp"

namespace nugan::root {

namespace {

class TreeWriter final : public EventWriter {
 public:
  TreeWriter(std::unique_ptr<AtomicFile> file, Run run, std::string format)
      : EventWriter(std::move(run)), file_(std::move(file)), format_(std::move(format)) {}

  void write(const Events& events) override {
    const EventsView all(events);
    file_->with([&](TFile& root) {
      if (!source_) begin(root, all);
      const auto block = static_cast<std::size_t>(source_->cluster());
      for (std::size_t first = 0; first < all.size(); first += block)
        fill(all.part(first, std::min(block, all.size() - first)));
    });
    events_ += std::ssize(events.iev);
  }

  void close() override {
    file_->with([&](TFile& root) {
      if (!source_) begin(root, {});
      const auto [late, histograms, weight] = source_->end(run_.sigma.value_or(0), run_.pot);
      fill_late(late);
      tree_->SetWeight(weight);
      tree_->Write();
      for (const auto& one : histograms) write_histogram(root, one);
      TObjString text(to_json(run_, events_, format_of(format_).columns).c_str());
      root.WriteTObject(&text, metadata_name);
    });
    file_->close();
  }

 private:
  void begin(TFile& root, const EventsView& first) {
    source_ = make_tree(format_, facts_of(run_), first);
    tree_ = new TTree(source_->name().c_str(), source_->title().c_str(), 99, &root);  // the file owns it
    tree_->SetAutoFlush(source_->cluster());
    tree_->SetAutoSave(0);
    entries_ = std::make_unique<Entries>(source_->branches());
    for (std::size_t k = 0; k < source_->branches().size(); ++k) {
      const Branch& branch = source_->branches()[k];
      const char* name = branch.name.c_str();
      if (branch.late) continue;
      if (branch.letter == Branch::bits)
        tree_->Branch(name, "TBits", &flags_pointer_, 32000, 1);
      else if (branch.letter == Branch::text)
        tree_->Branch(name, "TObjString", &text_pointer_, 32000, 1);
      else
        tree_->Branch(name, entries_->address(k), branch.leaf().c_str());
    }
  }

  void fill(const EventsView& events) {
    const auto values = source_->values(events);
    entries_->begin(values, events.size(), [&](std::size_t k) {
      tree_->SetBranchAddress(source_->branches()[k].name.c_str(), entries_->address(k));
    });
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (const auto* text = entries_->next()) text_.SetString(text->c_str());
      tree_->Fill();
    }
  }

  // One value for all entries, in branches that are added when these are written
  void fill_late(const std::vector<double>& values) {
    std::size_t next = 0;
    for (const Branch& branch : source_->branches()) {
      if (!branch.late) continue;
      double value = values.at(next++);
      TBranch* late = tree_->Branch(branch.name.c_str(), &value, branch.leaf().c_str());
      for (std::int64_t i = 0; i < events_; ++i) late->Fill();
    }
  }

  void write_histogram(TFile& root, const NamedHistogram& one) const {
    TH1D histogram(one.name.c_str(), one.name.c_str(), static_cast<int>(one.contents.size()),
                   one.edges.data());
    histogram.SetDirectory(nullptr);
    histogram.GetXaxis()->SetTitle("E_{#nu} (GeV)");
    for (std::size_t k = 0; k < one.contents.size(); ++k)
      histogram.SetBinContent(static_cast<int>(k) + 1, one.contents[k]);
    histogram.SetEntries(static_cast<double>(events_));
    root.WriteTObject(&histogram, one.name.c_str());
  }

  std::unique_ptr<AtomicFile> file_;
  std::string format_;
  std::unique_ptr<EventTree> source_;
  std::unique_ptr<Entries> entries_;
  TTree* tree_ = nullptr;
  TBits flags_{16};
  TObjString text_;
  TBits* flags_pointer_ = &flags_;
  TObjString* text_pointer_ = &text_;
};

}  // namespace

std::unique_ptr<EventWriter> make_tree_writer(std::unique_ptr<AtomicFile> file, Run run, std::string format) {
  return std::make_unique<TreeWriter>(std::move(file), std::move(run), std::move(format));
}

}  // namespace nugan::root
